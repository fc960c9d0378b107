import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdapterModuleInfo, ModuleLayout } from '../adapters/adapter.js';
import { openPeftDelta } from '../adapters/import/open-peft-delta.js';
import { readPeftFolder } from '../adapters/read-peft-folder.js';
import { decodeBF16, encodeBF16, openSafetensors, openTensorFolder } from '../tensors/index.js';
import { changeConfig } from './copy-companions.js';
import { deltasOfPeft } from './deltas-of-peft.js';
import { checkpointLimits } from './limits.js';
import { openCheckpoint } from './open-checkpoint.js';
import { writeSmallModel, type SmallTensors } from './small-model.testing.js';
import { writeMergedModel, type MergedAdapter, type MergedModelRequest } from './write-merged-model.js';

const golden = fileURLToPath(new URL('../../golden/peft/', import.meta.url));
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'crucible-merged-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

let made = 0;
const fresh = (): string => join(scratch, `model-${(made += 1)}`);

/** Factors by hand: what the reader of PEFT folders makes is its own business. */
function adapterOf(
  modules: Readonly<
    Record<
      string,
      {
        readonly layout?: ModuleLayout;
        readonly a: readonly number[];
        readonly b: readonly number[];
        readonly scale?: number;
        readonly rank?: number;
      }
    >
  >,
): MergedAdapter {
  const infos = Object.entries(modules).map(([name, { layout, a, b, scale = 1, rank = 1 }]): AdapterModuleInfo => ({
    name,
    rank,
    scale,
    inFeatures: a.length / rank,
    outFeatures: b.length / rank,
    ...(layout && { layout }),
  }));
  return {
    modules: new Map(infos.map((info) => [info.name, info])),
    readFactors: async (module) => ({
      a: Float32Array.from(modules[module]!.a),
      b: Float32Array.from(modules[module]!.b),
    }),
  };
}

async function merge(
  folder: string,
  request: Omit<MergedModelRequest, 'base' | 'outputFolder'>,
  outputFolder = fresh(),
) {
  const base = await openCheckpoint(folder);
  try {
    return await writeMergedModel({ base, outputFolder, ...request });
  } finally {
    await base.close();
  }
}

/** Factors as they lie in a file of PEFT, with the layout that the module has in the base. */
async function peftAdapter(
  name: string,
  layouts: Readonly<Record<string, ModuleLayout>>,
  scale: number,
): Promise<MergedAdapter> {
  const file = await openSafetensors(join(golden, '_adapters', name, 'adapter_model.safetensors'));
  const modules: Record<string, { layout?: ModuleLayout; a: number[]; b: number[]; scale: number; rank: number }> = {};
  for (const key of file.tensors.keys()) {
    const [, module, factor] = /^base_model\.model\.(.+)\.lora_(?:embedding_)?([AB])(?:\.weight)?$/.exec(key) ?? [];
    if (module === undefined) continue;
    const layout = layouts[module];
    const entry = (modules[module] ??= { ...(layout && { layout }), a: [], b: [], scale, rank: 4 });
    entry[factor === 'A' ? 'a' : 'b'] = [...(await file.readFloat32(key))];
  }
  await file.close();
  return adapterOf(modules);
}

describe('base + adapter is what PEFT applies, tensor by tensor (golden/peft, PEFT 0.21.0)', () => {
  const cases: readonly (readonly [string, string, () => Promise<MergedAdapter & { close?(): Promise<void> }>])[] = [
    ...['eq-a', 'mix-b', 'pat-a', 'rs-a'].map(
      (name) => [name, 'llama', () => readPeftFolder(join(golden, '_adapters/llama', name))] as const,
    ),
    ['fan-a', 'gpt2', () => peftAdapter('gpt2/fan-a', { 'transformer.h.0.attn.c_attn': 'TRANSPOSED' }, 2)],
    ['embed-a', 'llama', () => peftAdapter('llama/embed-a', { 'model.embed_tokens': 'EMBEDDING' }, 2)],
  ];
  it.each(cases)('%s', async (name, model, open) => {
    const folder = join(golden, '_base', model);
    const { tolerance } = JSON.parse(readFileSync(join(golden, `adapter-${name}/case.json`), 'utf8')) as {
      readonly tolerance: { readonly delta: { readonly atol: number; readonly rtol: number } };
    };
    const expected = await openSafetensors(join(golden, `adapter-${name}/expected.safetensors`));
    const adapter = await open();
    const written = await merge(folder, { adapter });
    const [base, merged] = await Promise.all([openTensorFolder(folder), openTensorFolder(written.folder)]);
    expect([...merged.tensors.keys()].sort()).toEqual([...base.tensors.keys()].sort());
    const deltas = [...expected.tensors.keys()].filter((key) => key.startsWith('delta/'));
    expect([...written.changed].sort()).toEqual(deltas.map((key) => `${key.slice('delta/'.length)}.weight`).sort());
    for (const tensor of base.tensors.keys()) {
      const [before, after] = await Promise.all([base.readFloat32(tensor), merged.readFloat32(tensor)]);
      const key = `delta/${tensor.slice(0, -'.weight'.length)}`;
      const delta = expected.tensors.has(key) ? await expected.readFloat32(key) : new Float32Array(before.length);
      const { atol, rtol } = tolerance.delta;
      const allowed = (i: number): number => (expected.tensors.has(key) ? atol + rtol * Math.abs(delta[i]!) : 0);
      expect(after.findIndex((value, i) => Math.abs(value - before[i]! - delta[i]!) > allowed(i))).toBe(-1);
    }
    expect(written.roundingError).toBeLessThan(1e-5);
    await Promise.all([expected.close(), base.close(), merged.close(), adapter.close?.()]);
  });
});

describe('deltas that PEFT’s own formats make of the base are written as they are (golden/peft)', () => {
  it.each([
    ['llama', 'dora-a', 'effective_delta/'],
    ['llama', 'dora-b', 'effective_delta/'],
    ['llama', 'saved-a', 'delta/'],
    ['gpt2', 'bias-a', 'delta/'],
    ['gpt2', 'fan-b', 'delta/'],
    ['llama', 'embed-b', 'delta/'],
  ])('%s %s', async (model, name, prefix) => {
    const folder = join(golden, '_base', model);
    const delta = await openPeftDelta(join(golden, '_adapters', model, name), folder);
    const written = await merge(folder, { deltas: deltasOfPeft(delta) });
    expect([...written.changed].sort()).toEqual([...delta.parameters.keys()].sort());
    const expected = await openSafetensors(join(golden, `adapter-${name}/expected.safetensors`));
    const [base, merged] = await Promise.all([openTensorFolder(folder), openTensorFolder(written.folder)]);
    const checked = [...expected.tensors.keys()].filter((key) => key.startsWith(prefix));
    expect(checked.length).toBeGreaterThan(0);
    for (const key of checked) {
      const tensor = `${key.slice(prefix.length)}.weight`;
      const [before, after, change] = [
        await base.readFloat32(tensor),
        await merged.readFloat32(tensor),
        await expected.readFloat32(key),
      ];
      expect(Math.max(...after.map((value, i) => Math.abs(value - before[i]! - change[i]!)))).toBeLessThan(2e-6);
    }
    await Promise.all([expected.close(), base.close(), merged.close(), delta.close()]);
  });
});

const SMALL: SmallTensors = {
  'model.embed_tokens.weight': { shape: [6, 2], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
  'model.layers.2.proj.weight': { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
  'model.layers.10.proj.weight': { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] },
  'model.norm.weight': { shape: [3], values: [1, 1, 1] },
  'model.position_ids': { shape: [4], dtype: 'U8', values: [0, 1, 2, 3] },
};
const PROJ = { a: [1, 10], b: [1, 2, 3], scale: 0.5 };

describe('layouts', () => {
  it.each<[ModuleLayout, number[], number[], number[], number[]]>([
    ['LINEAR', [3, 2], [1, 10], [1, 2, 3], [0.5, 5, 1, 10, 1.5, 15]],
    ['TRANSPOSED', [2, 3], [1, 10], [1, 2, 3], [0.5, 1, 1.5, 5, 10, 15]],
    ['EMBEDDING', [2, 3], [1, 10], [1, 2, 3], [0.5, 1, 1.5, 5, 10, 15]],
    ['VECTOR', [3], [1], [1, 2, 3], [0.5, 1, 1.5]],
  ])('%s adds scale·B·A in the order of the stored tensor', async (layout, shape, a, b, delta) => {
    const folder = await writeSmallModel(fresh(), { 'm.weight': { shape, values: [1] } });
    const written = await merge(folder, { adapter: adapterOf({ m: { layout, a, b, scale: 0.5 } }) });
    const merged = await openTensorFolder(written.folder);
    expect([...(await merged.readFloat32('m.weight'))]).toEqual(delta.map((value) => 1 + value));
    await merged.close();
  });

  it('CONV2D: [out, channels, kh, kw] with in = channels·kh·kw', async () => {
    const folder = await writeSmallModel(fresh(), { 'c.weight': { shape: [2, 1, 2, 2], values: [0] } });
    const adapter = adapterOf({ c: { a: [1, 2, 3, 4], b: [1, 10] } });
    const info = { ...adapter.modules.get('c')!, layout: 'CONV2D' as const, kernel: [2, 2] as const };
    const written = await merge(folder, { adapter: { ...adapter, modules: new Map([['c', info]]) } });
    const merged = await openTensorFolder(written.folder);
    expect([...(await merged.readFloat32('c.weight'))]).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
    await merged.close();
  });
});

describe('the folder', () => {
  it('is sharded in natural order, with an index, and reads back as the unsharded one', async () => {
    const folder = await writeSmallModel(fresh(), SMALL);
    const adapter = adapterOf({ 'model.layers.2.proj': PROJ });
    const whole = await merge(folder, { adapter });
    const sharded = await merge(folder, { adapter, maxShardBytes: 50 });
    expect(whole.files.map(({ name }) => name)).toEqual(['model.safetensors']);
    expect(sharded.files.map(({ name }) => name)).toEqual([1, 2, 3].map((i) => `model-0000${i}-of-00003.safetensors`));
    const [x, y] = await Promise.all([openTensorFolder(whole.folder), openTensorFolder(sharded.folder)]);
    for (const tensor of x.tensors.keys()) expect(await y.read(tensor)).toEqual(await x.read(tensor));
    const index = JSON.parse(await readFile(join(sharded.folder, 'model.safetensors.index.json'), 'utf8')) as {
      weight_map: Record<string, string>;
      metadata: { total_size: number };
    };
    expect(index.weight_map['model.layers.2.proj.weight']).toBe('model-00002-of-00003.safetensors');
    expect(index.weight_map['model.layers.10.proj.weight']).toBe('model-00002-of-00003.safetensors');
    expect(index.metadata.total_size).toBe(48 + 24 + 24 + 12 + 4);
    for (const { name, sha256, byteLength } of sharded.files) {
      const file = await openSafetensors(join(sharded.folder, name));
      expect([await file.digest(), file.byteLength]).toEqual([sha256, byteLength]);
      expect(file.metadata.get('format')).toBe('pt');
      await file.close();
    }
    await Promise.all([x.close(), y.close()]);
  });

  it('has the same bytes for the same weights, however the base is sharded', async () => {
    const names = Object.keys(SMALL);
    const one = await writeSmallModel(fresh(), SMALL);
    const many = await writeSmallModel(fresh(), SMALL, undefined, [
      names.slice(3),
      names.slice(0, 1),
      names.slice(1, 3),
    ]);
    const adapter = adapterOf({ 'model.layers.10.proj': PROJ });
    const [x, y] = [await merge(one, { adapter }), await merge(many, { adapter })];
    expect(y.digest).toBe(x.digest);
    expect(y.files).toEqual(x.files);
  });

  it('keeps configuration and tokenizer, and nothing that describes other weights', async () => {
    const folder = await writeSmallModel(fresh(), SMALL, { rope_theta: 1e-5, torch_dtype: 'float32' });
    await writeFile(join(folder, 'tokenizer.json'), '{"a": 1.0}');
    await writeFile(join(folder, 'README.md'), 'card of the base');
    await writeFile(join(folder, 'model.safetensors.index.json'), '{}');
    const written = await merge(folder, { adapter: adapterOf({ 'model.layers.2.proj': PROJ }), dtype: 'BF16' });
    expect((await readdir(written.folder)).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(written.companions).toEqual(['config.json', 'tokenizer.json']);
    expect(await readFile(join(written.folder, 'tokenizer.json'), 'utf8')).toBe('{"a": 1.0}');
    expect(JSON.parse(await readFile(join(written.folder, 'config.json'), 'utf8'))).toEqual({
      rope_theta: 1e-5,
      torch_dtype: 'bfloat16',
    });
  });

  it('refuses a link beside the weights, a folder that exists, and more files than a reader opens', async () => {
    const adapter = adapterOf({ 'model.layers.2.proj': PROJ });
    const folder = await writeSmallModel(fresh(), SMALL);
    await symlink('/etc/hostname', join(folder, 'tokenizer.json'));
    await expect(merge(folder, { adapter })).rejects.toMatchObject({ code: 'CHECKPOINT_COMPANION_INVALID' });
    await rm(join(folder, 'tokenizer.json'));
    await expect(merge(folder, { adapter }, folder)).rejects.toMatchObject({ code: 'CHECKPOINT_OUTPUT_EXISTS' });
    const many = Object.fromEntries(
      Array.from({ length: checkpointLimits.shards + 1 }, (_, i) => [`t${i}`, { shape: [1] }] as const),
    );
    const large = await writeSmallModel(fresh(), many);
    await expect(
      merge(large, { deltas: { tensors: [], readRows: async () => new Float64Array() }, maxShardBytes: 1 }),
    ).rejects.toMatchObject({
      code: 'CHECKPOINT_TOO_MANY_SHARDS',
    });
  });

  it('refuses more, and larger, files beside the weights than are copied', async () => {
    const adapter = adapterOf({ 'model.layers.2.proj': PROJ });
    const many = await writeSmallModel(fresh(), SMALL);
    for (let i = 0; i < checkpointLimits.companions; i += 1) await writeFile(join(many, `${i}.txt`), '');
    await expect(merge(many, { adapter })).rejects.toMatchObject({ code: 'CHECKPOINT_COMPANION_INVALID' });
    const large = await writeSmallModel(fresh(), SMALL);
    await writeFile(join(large, 'tokenizer.json'), '');
    // A hole: it takes no space on disk.
    await truncate(join(large, 'tokenizer.json'), checkpointLimits.companionBytes + 1);
    await expect(merge(large, { adapter })).rejects.toMatchObject({
      code: 'CHECKPOINT_COMPANION_INVALID',
      details: { file: 'tokenizer.json' },
    });
  });

  it('is not there after an abort or a failure, and neither is anything else', async () => {
    const folder = await writeSmallModel(fresh(), SMALL);
    const parent = await mkdtemp(join(scratch, 'abort-'));
    const stop = new AbortController();
    const reason = new Error('enough');
    const adapter = adapterOf({ 'model.layers.2.proj': PROJ });
    const aborted = merge(
      folder,
      { adapter, signal: stop.signal, onProgress: () => stop.abort(reason) },
      join(parent, 'x'),
    );
    await expect(aborted).rejects.toBe(reason);
    const failing: MergedAdapter = { ...adapter, readFactors: () => Promise.reject(new Error('gone')) };
    await expect(merge(folder, { adapter: failing }, join(parent, 'y'))).rejects.toThrow('gone');
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('dtypes', () => {
  it('BF16: each number is the exact sum rounded once; integers stay', async () => {
    const folder = await writeSmallModel(fresh(), SMALL);
    const written = await merge(folder, {
      adapter: adapterOf({ 'model.layers.2.proj': { ...PROJ, scale: 1 / 3 } }),
      dtype: 'BF16',
    });
    const merged = await openTensorFolder(written.folder);
    const exact = Float32Array.from(
      [1, 2, 3, 4, 5, 6],
      (value, i) => value + Math.fround([1, 10, 2, 20, 3, 30][i]! / 3),
    );
    expect(merged.info('model.layers.2.proj.weight').dtype).toBe('BF16');
    expect(await merged.readFloat32('model.layers.2.proj.weight')).toEqual(decodeBF16(encodeBF16(exact)));
    expect(merged.info('model.position_ids').dtype).toBe('U8');
    expect(written.roundingError).toBeGreaterThan(1e-4);
    expect(written.roundingError).toBeLessThan(2 ** -7);
    await merged.close();
  });

  it('KEEP keeps the dtype of each tensor; F16 that overflows, and NaN, are refused by name', async () => {
    const folder = await writeSmallModel(fresh(), {
      'a.weight': { shape: [1, 1], dtype: 'F16', values: [60_000] },
      'b.weight': { shape: [1, 1], dtype: 'BF16', values: [60_000] },
    });
    const update = { a: [1], b: [10_000] };
    await expect(merge(folder, { adapter: adapterOf({ a: update }) })).rejects.toMatchObject({
      code: 'CHECKPOINT_OVERFLOW',
      details: { tensor: 'a.weight', dtype: 'F16' },
    });
    const written = await merge(folder, { adapter: adapterOf({ b: update }) });
    const merged = await openTensorFolder(written.folder);
    expect([merged.info('a.weight').dtype, merged.info('b.weight').dtype]).toEqual(['F16', 'BF16']);
    await merged.close();
    const broken = await writeSmallModel(fresh(), { 'a.weight': { shape: [1, 1], values: [Number.NaN] } });
    await expect(merge(broken, { adapter: adapterOf({ a: update }) })).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_FINITE',
      details: { tensor: 'a.weight' },
    });
  });

  it('refuses weights that were quantized', async () => {
    const folder = await writeSmallModel(fresh(), { 'a.weight': { shape: [1, 1], dtype: 'F8_E4M3', values: [1] } });
    await expect(merge(folder, { adapter: adapterOf({ a: { a: [1], b: [1] } }) })).rejects.toMatchObject({
      code: 'CHECKPOINT_DTYPE_UNSUPPORTED',
    });
  });
});

describe('tied embeddings', () => {
  const tokens = { layout: 'EMBEDDING' as const, a: [1, 0, 0, 0, 0, 0], b: [100, 200] };
  const head = { a: [1, 1], b: [1, 0, 0, 0, 0, 0] };
  it.each([
    ['the input', 'model.embed_tokens', tokens, [101, 202], [1, 2]],
    ['the output', 'lm_head', head, [1, 2], [2, 3]],
  ] as const)('an adapter of %s alone is refused, or unties the model', async (_, module, factors, input, output) => {
    const config = { tie_word_embeddings: true, torch_dtype: 'float32' };
    const folder = await writeSmallModel(fresh(), SMALL, config);
    const adapter = adapterOf({ [module]: factors as unknown as { a: number[]; b: number[] } });
    await expect(merge(folder, { adapter })).rejects.toMatchObject({
      code: 'CHECKPOINT_UNTIED',
      details: { tensor: `${module}.weight` },
    });
    const written = await merge(folder, { adapter, tied: 'UNTIE' });
    expect(written.untied).toBe(true);
    const merged = await openTensorFolder(written.folder);
    const rowOf = async (tensor: string) => [...(await merged.readFloat32(tensor)).subarray(0, 2)];
    expect([await rowOf('model.embed_tokens.weight'), await rowOf('lm_head.weight')]).toEqual([input, output]);
    expect(JSON.parse(await readFile(join(written.folder, 'config.json'), 'utf8'))).toEqual({
      ...config,
      tie_word_embeddings: false,
    });
    await merged.close();
  });

  it('stored twice with equal bytes: tied as well, unless the configuration says that they are two', async () => {
    const tensors = { ...SMALL, 'lm_head.weight': SMALL['model.embed_tokens.weight']! };
    const adapter = adapterOf({ lm_head: head });
    const folder = await writeSmallModel(fresh(), tensors);
    await expect(merge(folder, { adapter })).rejects.toMatchObject({ code: 'CHECKPOINT_UNTIED' });
    const apart = await writeSmallModel(fresh(), tensors, { tie_word_embeddings: false });
    expect((await merge(apart, { adapter })).changed).toEqual(['lm_head.weight']);
  });

  it('untying a configuration that does not speak of it says so', () => {
    expect(JSON.parse(changeConfig('{\n  "a": 1\n}', { untied: true }))).toEqual({ tie_word_embeddings: false, a: 1 });
  });
});

describe('modules and tensors', () => {
  it.each([
    ['saved without the wrapper', 'layers.2.proj.weight', 'model.layers.2.proj'],
    ['saved with a wrapper', 'transformer.h.0.proj.weight', 'h.0.proj'],
  ])('a base %s is found', async (_, tensor, module) => {
    const folder = await writeSmallModel(fresh(), { [tensor]: { shape: [3, 2] } });
    expect((await merge(folder, { adapter: adapterOf({ [module]: PROJ }) })).changed).toEqual([tensor]);
  });

  it('says which modules the base lacks, and which has another shape', async () => {
    const folder = await writeSmallModel(fresh(), SMALL);
    await expect(
      merge(folder, { adapter: adapterOf({ 'model.layers.2.proj': PROJ, 'model.layers.3.proj': PROJ }) }),
    ).rejects.toMatchObject({
      code: 'CHECKPOINT_MODULE_UNKNOWN',
      details: { modules: ['model.layers.3.proj.weight'], count: 1 },
    });
    await expect(
      merge(folder, { adapter: adapterOf({ 'model.layers.2.proj': { a: [1, 1, 1], b: [1, 1] } }) }),
    ).rejects.toMatchObject({
      code: 'CHECKPOINT_MODULE_SHAPE',
      details: { tensor: 'model.layers.2.proj.weight' },
    });
    await expect(merge(folder, {})).rejects.toMatchObject({ code: 'CHECKPOINT_ARGUMENT_INVALID' });
  });

  it('dense deltas are added row by row', async () => {
    const folder = await writeSmallModel(fresh(), SMALL);
    const written = await merge(folder, {
      deltas: {
        tensors: ['model.norm.weight', 'model.layers.2.proj.weight'],
        readRows: async (tensor, begin, end) =>
          new Float64Array(tensor.includes('norm') ? end - begin : (end - begin) * 2).fill(10),
      },
    });
    const merged = await openTensorFolder(written.folder);
    expect([...(await merged.readFloat32('model.norm.weight'))]).toEqual([11, 11, 11]);
    expect([...(await merged.readFloat32('model.layers.2.proj.weight'))]).toEqual([11, 12, 13, 14, 15, 16]);
    await merged.close();
  });
});
