import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isCrucibleError } from '../errors/index.js';
import { createKeyedRandom } from '../random/index.js';
import type { Dtype } from './dtype.js';
import { tensorLimits } from './limits.js';
import { openSafetensors } from './open-safetensors.js';
import { openTensorFolder } from './open-tensor-folder.js';
import { openSafetensorsWriter } from './safetensors-writer.js';
import { viewBytes } from './view-bytes.js';
import { writeSafetensors, type TensorToWrite } from './write-safetensors.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-tensors-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file of any header over `data`. */
async function craft(name: string, header: string | Buffer, data: Uint8Array = new Uint8Array()): Promise<string> {
  const body = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(body.length));
  await writeFile(join(folder, name), Buffer.concat([length, body, data]));
  return join(folder, name);
}

async function readAll(path: string): Promise<void> {
  const file = await openSafetensors(path);
  for (const name of file.tensors.keys()) await file.read(name);
  await file.close();
}

const codeOf = (error: unknown): string => (isCrucibleError(error) ? error.code : String(error));

const tensor = (name: string, dtype: Dtype, shape: number[], bytes: Uint8Array): TensorToWrite => ({
  name,
  dtype,
  shape,
  read: () => bytes,
});
const sample = (): readonly TensorToWrite[] => [
  tensor('b', 'F32', [2, 2], viewBytes(Float32Array.of(1, 2, 3, 4))),
  tensor('a', 'U8', [3], Uint8Array.of(7, 8, 9)),
  tensor('模', 'F16', [2], viewBytes(Uint16Array.of(0x3c00, 0xc000))),
  tensor('scalar', 'I32', [], viewBytes(Int32Array.of(-5))),
  tensor('none', 'F64', [0, 4], new Uint8Array()),
];

describe('writing', () => {
  it('gives back what was written, in any dtype', async () => {
    const path = join(folder, 'round-trip.safetensors');
    const written = await writeSafetensors(path, { tensors: sample(), metadata: { format: 'pt', note: 'é"\\' } });
    const file = await openSafetensors(path);
    expect(await file.readFloat32('b')).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(await file.readFloat32('模')).toEqual(Float32Array.of(1, -2));
    expect(await file.readUint8('a')).toEqual(Uint8Array.of(7, 8, 9));
    expect(await file.readInt32('a')).toEqual(Int32Array.of(7, 8, 9));
    expect(await file.readInt32('scalar')).toEqual(Int32Array.of(-5));
    expect(await file.readRange('b', 4, 8)).toEqual(viewBytes(Float32Array.of(2)));
    expect([...file.metadata]).toEqual([
      ['format', 'pt'],
      ['note', 'é"\\'],
    ]);
    expect(written).toEqual({ sha256: await file.digest(), byteLength: file.byteLength });
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(written.sha256);
    await file.close();
  });

  it('gives the same bytes whatever the order of tensors, metadata and arrival', async () => {
    const paths = ['order-1', 'order-2', 'order-3'].map((name) => join(folder, name));
    const first = await writeSafetensors(paths[0]!, { tensors: sample(), metadata: { x: '1', a: '2' } });
    const second = await writeSafetensors(paths[1]!, { tensors: sample().toReversed(), metadata: { a: '2', x: '1' } });
    const writer = await openSafetensorsWriter(paths[2]!, sample(), { metadata: { a: '2', x: '1' } });
    for (const { name, read } of sample()) await writer.write(name, await read());
    expect(second).toEqual(first);
    expect(await writer.finish()).toEqual(first);
  });

  it('aligns every tensor: a header of a multiple of 8 bytes, wide dtypes first, then by name', async () => {
    const path = join(folder, 'aligned');
    await writeSafetensors(path, { tensors: sample() });
    const file = await openSafetensors(path);
    const bytes = await readFile(path);
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    expect([...file.tensors.keys()]).toEqual(['none', 'b', 'scalar', '模', 'a']);
    await file.close();
  });

  it('leaves the old file whole and no other file behind when it fails, or is aborted', async () => {
    const where = await mkdtemp(join(folder, 'failing-'));
    const path = join(where, 'model');
    await writeFile(path, 'old');
    const failing = { ...sample()[0]!, read: () => Promise.reject(new Error('no such adapter')) };
    await expect(writeSafetensors(path, { tensors: [failing] })).rejects.toThrow('no such adapter');
    const abort = new AbortController();
    const aborting = {
      ...sample()[0]!,
      read: () => {
        abort.abort();
        return new Uint8Array(16);
      },
    };
    const { signal } = abort;
    await expect(writeSafetensors(path, { tensors: [aborting], signal })).rejects.toThrow('aborted');
    expect(await readdir(where)).toEqual(['model']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });

  const bad: readonly (readonly [string, readonly TensorToWrite[], string])[] = [
    ['bytes that are not the shape', [tensor('a', 'F32', [2], new Uint8Array(4))], 'TENSORS_PRODUCED_LENGTH'],
    ['one name twice', [sample()[0]!, sample()[0]!], 'TENSORS_NAME_INVALID'],
    ['the reserved name', [tensor('__metadata__', 'U8', [0], new Uint8Array())], 'TENSORS_NAME_INVALID'],
    ['half a surrogate pair', [tensor('\ud800', 'U8', [0], new Uint8Array())], 'TENSORS_NAME_INVALID'],
    ['a fractional dimension', [tensor('a', 'U8', [1.5], new Uint8Array())], 'TENSORS_SHAPE_INVALID'],
    ['a size beyond 2^53', [tensor('a', 'U8', [2 ** 40, 2 ** 40], new Uint8Array())], 'TENSORS_SHAPE_OVERFLOW'],
    ['too many dimensions', [tensor('a', 'U8', Array(65).fill(1), new Uint8Array(1))], 'TENSORS_RANK_TOO_HIGH'],
  ];
  it.each(bad)('refuses %s', async (_, tensors, code) => {
    await expect(writeSafetensors(join(folder, 'refused'), { tensors })).rejects.toMatchObject({ code });
  });

  it('refuses a folder that is not there', async () => {
    const path = join(folder, 'nowhere', 'x');
    await expect(writeSafetensors(path, { tensors: [] })).rejects.toMatchObject({ code: 'TENSORS_UNWRITABLE' });
  });

  it('refuses to finish while a tensor is missing', async () => {
    const writer = await openSafetensorsWriter(join(folder, 'missing'), sample());
    await expect(writer.finish()).rejects.toMatchObject({ code: 'TENSORS_WRITE_ORDER' });
  });
});

describe('a file that changes under the reader', () => {
  const craftSample = (name: string) =>
    craft(name, '{"a":{"dtype":"U8","shape":[64],"data_offsets":[0,64]}}', new Uint8Array(64));

  it('gives a typed error and no bytes when it was cut short', async () => {
    const path = await craftSample('cut');
    const file = await openSafetensors(path);
    await truncate(path, 80);
    await expect(file.read('a')).rejects.toMatchObject({ code: 'TENSORS_FILE_CHANGED' });
    await expect(file.digest()).rejects.toMatchObject({ code: 'TENSORS_FILE_CHANGED' });
    await file.close();
  });

  it('gives a typed error when it grew, or was written to', async () => {
    const grown = await craftSample('grown');
    const file = await openSafetensors(grown);
    await writeFile(grown, 'x', { flag: 'a' });
    await expect(file.read('a')).rejects.toMatchObject({ code: 'TENSORS_FILE_CHANGED' });
    await file.close();
    const touched = await craftSample('touched');
    const other = await openSafetensors(touched);
    await utimes(touched, 1, 1);
    await expect(other.read('a')).rejects.toMatchObject({ code: 'TENSORS_FILE_CHANGED' });
    await other.close();
  });
});

describe('caps', () => {
  const record = '{"dtype":"U8","shape":[0],"data_offsets":[0,0]}';
  const header = (count: number): string =>
    `{${Array.from({ length: count }, (_, i) => `"t${i}":${record}`).join(',')}}`;

  it('parses a header of 100,000 entries in less than 200 MB', async () => {
    const path = await craft('many', header(100_000));
    const before = process.memoryUsage().rss;
    const file = await openSafetensors(path);
    expect(file.tensors.size).toBe(100_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    await file.close();
  });

  it('refuses more tensors than the cap, before it has read all of them', async () => {
    const path = await craft('too-many', header(tensorLimits.tensors + 1));
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'TENSORS_TOO_MANY' });
  });

  it('refuses 100,000 tensors on one range, which would copy to 16 GB', async () => {
    const bomb = '{"dtype":"F32","shape":[40000],"data_offsets":[0,160000]}';
    const text = `{${Array.from({ length: 100_000 }, (_, i) => `"t${i}":${bomb}`).join(',')}}`;
    await expect(openSafetensors(await craft('bomb', text, new Uint8Array(160_000)))).rejects.toMatchObject({
      code: 'TENSORS_OVERLAP',
    });
  });

  it('refuses a real header of more than 100,000,000 bytes', async () => {
    const path = join(folder, 'long-header');
    const handle = await open(path, 'w');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(100_000_001n);
    await handle.write(Buffer.concat([length, Buffer.from('{')]));
    await handle.truncate(8 + 100_000_001);
    await handle.close();
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'TENSORS_HEADER_TOO_LONG' });
  });

  it('refuses to read a tensor above 4 GiB at once, and reads ranges of it', async () => {
    const path = join(folder, 'huge');
    const size = tensorLimits.tensorBytes + 1;
    const body = Buffer.from(`{"a":{"dtype":"U8","shape":[${size}],"data_offsets":[0,${size}]}}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(body.length));
    const handle = await open(path, 'w');
    await handle.write(Buffer.concat([length, body]));
    await handle.truncate(8 + body.length + size);
    await handle.close();
    const file = await openSafetensors(path);
    await expect(file.read('a')).rejects.toMatchObject({ code: 'TENSORS_TENSOR_TOO_LARGE' });
    expect(await file.readRange('a', size - 1, size)).toEqual(Uint8Array.of(0));
    await expect(file.readRange('a', 0, size + 1)).rejects.toMatchObject({ code: 'TENSORS_RANGE_INVALID' });
    await file.close();
    await rm(path);
  });

  const metadata = (count: number, bytes: number): string =>
    `{"__metadata__":{${Array.from({ length: count }, (_, i) => `"k${i}":"${'x'.repeat(bytes)}"`).join(',')}}}`;
  const table: readonly (readonly [string, () => string, string])[] = [
    ['a long name', () => `{"${'n'.repeat(tensorLimits.nameBytes + 1)}":${record}}`, 'TENSORS_NAME_INVALID'],
    [
      'many dimensions',
      () => `{"a":{"dtype":"U8","shape":[${'0,'.repeat(tensorLimits.rank)}0],"data_offsets":[0,0]}}`,
      'TENSORS_RANK_TOO_HIGH',
    ],
    ['much metadata', () => metadata(tensorLimits.metadataEntries + 1, 1), 'TENSORS_METADATA_TOO_LARGE'],
    ['long metadata', () => metadata(1, tensorLimits.metadataBytes), 'TENSORS_METADATA_TOO_LARGE'],
  ];
  it.each(table)('refuses %s', async (name, text, code) => {
    await expect(openSafetensors(await craft(name, text()))).rejects.toMatchObject({ code });
  });

  it('refuses an index that names more files, or is longer, than the cap, or is nested too deep', async () => {
    const write = async (text: string): Promise<string> => {
      const where = await mkdtemp(join(folder, 'index-'));
      await writeFile(join(where, 'model.safetensors.index.json'), text);
      return where;
    };
    const entries = Array.from({ length: tensorLimits.shards + 1 }, (_, i) => `"t${i}":"s${i}"`).join(',');
    await expect(openTensorFolder(await write(`{"weight_map":{${entries}}}`))).rejects.toMatchObject({
      code: 'TENSORS_INDEX_INVALID',
    });
    await expect(openTensorFolder(await write(' '.repeat(tensorLimits.indexBytes + 1)))).rejects.toMatchObject({
      code: 'TENSORS_JSON_TOO_LONG',
    });
    await expect(openTensorFolder(await write(`{"metadata":${'['.repeat(1000)}`))).rejects.toMatchObject({
      code: 'TENSORS_JSON_DEPTH',
    });
  });
});

describe('opening', () => {
  it('refuses what is no file, or not there', async () => {
    await expect(openSafetensors(folder)).rejects.toMatchObject({ code: 'TENSORS_UNREADABLE' });
    await expect(openSafetensors(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'TENSORS_UNREADABLE' });
    await expect(openTensorFolder(folder)).rejects.toMatchObject({ code: 'TENSORS_FOLDER_EMPTY' });
  });

  it('refuses a link that leads out of the folder', async () => {
    const where = await mkdtemp(join(folder, 'linked-'));
    await writeSafetensors(join(folder, 'outside.safetensors'), { tensors: sample() });
    await symlink(join(folder, 'outside.safetensors'), join(where, 'model.safetensors'));
    await expect(openTensorFolder(where)).rejects.toMatchObject({ code: 'TENSORS_SHARD_PATH' });
  });

  it('refuses a shard that is no regular file before it opens it', async () => {
    const where = await mkdtemp(join(folder, 'piped-'));
    execFileSync('mkfifo', [join(where, 'model.safetensors')]);
    await expect(openTensorFolder(where)).rejects.toMatchObject({ code: 'TENSORS_UNREADABLE' });
  });

  it('names the tensor that is not there, or is of another kind', async () => {
    const path = join(folder, 'kinds');
    await writeSafetensors(path, { tensors: sample() });
    const file = await openSafetensors(path);
    await expect(file.read('zzz')).rejects.toMatchObject({ code: 'TENSORS_NOT_FOUND' });
    await expect(file.readFloat32('a')).rejects.toMatchObject({ code: 'TENSORS_DTYPE_UNSUPPORTED' });
    await expect(file.readUint8('b')).rejects.toMatchObject({ code: 'TENSORS_DTYPE_UNSUPPORTED' });
    await expect(file.readInt32('b')).rejects.toMatchObject({ code: 'TENSORS_DTYPE_UNSUPPORTED' });
    await file.close();
  });

  it('stops reading when it is aborted', async () => {
    const path = join(folder, 'aborted');
    await writeSafetensors(path, { tensors: sample() });
    const abort = new AbortController();
    const file = await openSafetensors(path, { signal: abort.signal });
    abort.abort();
    await expect(file.read('b')).rejects.toBe(abort.signal.reason);
    await file.close();
  });

  it('answers any damage to a good file with a good read or a typed error (2,000 seeded mutations)', async () => {
    const path = join(folder, 'good');
    await writeSafetensors(path, { tensors: sample(), metadata: { format: 'pt' } });
    const good = await readFile(path);
    const random = createKeyedRandom(7);
    const outcomes: string[] = [];
    for (let round = 0; round < 2000; round += 1) {
      const bytes = Buffer.from(good);
      const count = 1 + (round % 3);
      const places = random.integers(['place', round], count, bytes.length);
      const values = random.integers(['value', round], count, 256);
      places.forEach((place, i) => bytes.writeUInt8(values[i]!, place));
      await writeFile(path, round % 10 === 0 ? bytes.subarray(0, places[0]) : bytes);
      outcomes.push(await readAll(path).then(() => 'READ', codeOf));
    }
    expect(outcomes.filter((outcome) => !/^(?:READ|TENSORS_[A-Z0-9_]+)$/.test(outcome))).toEqual([]);
    expect(new Set(outcomes).size).toBeGreaterThan(5);
  });
});
