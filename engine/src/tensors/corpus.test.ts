import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openSafetensors } from './open-safetensors.js';
import { openTensorFolder } from './open-tensor-folder.js';

/** Files made to deceive readers; each has one broken rule, or is an unusual file that must be accepted. Its index says which. */
const corpus = fileURLToPath(new URL('../../golden/safetensors-malformed/', import.meta.url));

interface CorpusIndex {
  readonly files: readonly {
    readonly file: string;
    readonly rule: string;
    readonly must: 'accept' | 'reject';
    readonly reference: { readonly tensors?: readonly string[] };
  }[];
  readonly sharded: readonly { readonly folder: string; readonly rule: string; readonly must: 'accept' | 'reject' }[];
}
const index = JSON.parse(readFileSync(`${corpus}index.json`, 'utf8')) as CorpusIndex;

/** The error of a file, by the start of its name; the longest that fits counts. */
const CODES: Readonly<Record<string, string>> = {
  '01': 'TENSORS_FILE_TOO_SHORT',
  '02-seven': 'TENSORS_FILE_TOO_SHORT',
  '02-eight': 'TENSORS_HEADER_PAST_END',
  '03': 'TENSORS_HEADER_TOO_LONG',
  '04': 'TENSORS_HEADER_PAST_END',
  '05': 'TENSORS_HEADER_START',
  '06': 'TENSORS_HEADER_NOT_UTF8',
  '06-byte-order-mark': 'TENSORS_HEADER_START',
  '07': 'TENSORS_JSON_SYNTAX',
  '08': 'TENSORS_HEADER_START',
  '09': 'TENSORS_HEADER_START',
  '10': 'TENSORS_DUPLICATE_KEY',
  '11': 'TENSORS_DUPLICATE_KEY',
  '12': 'TENSORS_METADATA_INVALID',
  '13': 'TENSORS_OFFSETS_INVALID',
  '14': 'TENSORS_OFFSETS_INVALID',
  '14-offset-beyond-2-53': 'TENSORS_RANGE_BEYOND_DATA',
  '15': 'TENSORS_RANGE_BEYOND_DATA',
  '16': 'TENSORS_OVERLAP',
  '17': 'TENSORS_HOLE',
  '18': 'TENSORS_HOLE',
  '19': 'TENSORS_TRAILING_BYTES',
  '20': 'TENSORS_RANGE_BEYOND_DATA',
  '21': 'TENSORS_SIZE_MISMATCH',
  '22': 'TENSORS_SHAPE_OVERFLOW',
  '22-dim-beyond-u64': 'TENSORS_SHAPE_INVALID',
  '23': 'TENSORS_SHAPE_INVALID',
  '24': 'TENSORS_DTYPE_UNKNOWN',
  '24-dtype-number': 'TENSORS_RECORD_INVALID',
  '24-dtype-as-map': 'TENSORS_RECORD_INVALID',
  '25': 'TENSORS_MISALIGNED_BITS',
  '26': 'TENSORS_RECORD_INVALID',
  '27': 'TENSORS_RECORD_INVALID',
  '30': 'TENSORS_JSON_SURROGATE',
  '32-deep-nesting': 'TENSORS_RECORD_INVALID',
  '32-nan-literal': 'TENSORS_SHAPE_INVALID',
  '32-big-exponent-dim': 'TENSORS_SHAPE_INVALID',
  '32-control-character-in-name': 'TENSORS_JSON_SYNTAX',
  'sharded/parent-path': 'TENSORS_SHARD_PATH',
  'sharded/absolute-path': 'TENSORS_SHARD_PATH',
  'sharded/backslash-path': 'TENSORS_SHARD_PATH',
  'sharded/missing-file': 'TENSORS_SHARD_MISSING',
  'sharded/tensor-elsewhere': 'TENSORS_SHARD_TENSOR_MISSING',
  'sharded/unlisted-tensor': 'TENSORS_SHARD_TENSOR_UNLISTED',
  'sharded/in-two-shards': 'TENSORS_SHARD_TENSOR_UNLISTED',
  'sharded/not-a-string': 'TENSORS_INDEX_INVALID',
  'sharded/no-weight-map': 'TENSORS_INDEX_INVALID',
  'sharded/duplicate-entry': 'TENSORS_DUPLICATE_KEY',
};

function codeOf(name: string): string | undefined {
  const prefixes = Object.keys(CODES).filter((prefix) => name.startsWith(prefix));
  return CODES[prefixes.sort((x, y) => y.length - x.length)[0] ?? ''];
}

describe('a malformed file is refused with the error of its broken rule, which names the file', () => {
  it.each(index.files.filter(({ must }) => must === 'reject'))('$file: $rule', async ({ file }) => {
    const path = corpus + file;
    const code = codeOf(file);
    expect(code).toBeDefined();
    await expect(openSafetensors(path)).rejects.toMatchObject({ code, message: expect.stringContaining(path) });
  });
});

describe('an unusual file is accepted, and shows the tensors that the reference sees', () => {
  it.each(index.files.filter(({ must }) => must === 'accept'))('$file: $rule', async ({ file, reference }) => {
    const opened = await openSafetensors(corpus + file);
    try {
      expect([...opened.tensors.keys()].sort()).toEqual([...(reference.tensors ?? [])].sort());
      for (const [name, { byteLength }] of opened.tensors) expect(await opened.read(name)).toHaveLength(byteLength);
      expect(Object.keys(Object.prototype)).toEqual([]);
    } finally {
      await opened.close();
    }
  });

  it('reads subnormals, infinities and minus zero of F16 and BF16 exactly', async () => {
    const opened = await openSafetensors(`${corpus}a11-half-extremes.safetensors`);
    const f16 = [5.960464477539063e-8, 6.097555160522461e-5, -5.960464477539063e-8, 6.103515625e-5, 65504];
    const bf16 = [
      9.183549615799121e-41, 1.1663108012064884e-38, -9.183549615799121e-41, 1.1754943508222875e-38,
      3.3895313892515355e38,
    ];
    const rest = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -0];
    expect(await opened.readFloat32('f16')).toEqual(Float32Array.from([...f16, ...rest]));
    expect(await opened.readFloat32('bf16')).toEqual(Float32Array.from([...bf16, ...rest]));
    await opened.close();
  });
});

describe('an index of shards is not trusted', () => {
  it.each(index.sharded.filter(({ must }) => must === 'reject'))('$folder: $rule', async ({ folder }) => {
    await expect(openTensorFolder(corpus + folder)).rejects.toMatchObject({
      code: codeOf(folder),
      message: expect.stringContaining(folder),
    });
  });

  it.each(index.sharded.filter(({ must }) => must === 'accept'))('$folder: $rule', async ({ folder }) => {
    const opened = await openTensorFolder(corpus + folder);
    for (const name of opened.tensors.keys()) expect((await opened.readFloat32(name)).length).toBeGreaterThan(0);
    await opened.close();
  });
});
