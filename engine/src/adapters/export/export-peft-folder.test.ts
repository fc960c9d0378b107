import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLowRank, recompress, relativeError } from '../../algebra/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { openSafetensors } from '../../tensors/index.js';
import type { AdapterFactors, AdapterFile, AdapterModuleInfo } from '../adapter.js';
import { openAdapter } from '../open-adapter.js';
import { readPeftFolder } from '../read-peft-folder.js';
import { writeAdapter } from '../write-adapter.js';
import { exportPeftFolder } from './export-peft-folder.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crucible-export-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const random = createKeyedRandom(3);
const normal = (key: string, length: number): Float32Array => Float32Array.from(random.normal([key], length));
const randomFactors = ({ name, rank, inFeatures, outFeatures }: AdapterModuleInfo): AdapterFactors => ({
  a: normal(`${name}.a`, rank * inFeatures),
  b: normal(`${name}.b`, rank * outFeatures),
});
const layer = (
  name: string,
  rank: number,
  scale: number,
  more: Partial<AdapterModuleInfo> = {},
): AdapterModuleInfo => ({
  name,
  inFeatures: 12,
  outFeatures: 10,
  rank,
  scale,
  ...more,
});

async function writeInfos(
  infos: readonly AdapterModuleInfo[],
  factors: (info: AdapterModuleInfo) => AdapterFactors = randomFactors,
): Promise<AdapterFile> {
  const path = join(await mkdtemp(join(folder, 'adapter-')), 'adapter.safetensors');
  const rank = Math.max(...infos.map((info) => info.rank));
  const manifest = {
    name: 'x',
    method: 'LORA',
    rank,
    alpha: rank,
    scale: 1,
    targetModules: [],
    baseDigest: '0'.repeat(64),
  };
  await writeAdapter(
    path,
    { version: 1, ...manifest },
    infos.map((info) => ({ info, factors: () => factors(info) })),
  );
  return openAdapter(path);
}
const fresh = async (): Promise<string> => join(await mkdtemp(join(folder, 'case-')), 'exported');
const readConfig = async (where: string) =>
  JSON.parse(await readFile(join(where, 'adapter_config.json'), 'utf8')) as Readonly<Record<string, unknown>>;

/** ‖exported - adapter‖ / ‖adapter‖ over all modules, by reading the folder again. */
async function measure(adapter: AdapterFile, where: string): Promise<ReadonlyMap<string, number>> {
  const back = await readPeftFolder(where);
  const errors = new Map<string, number>();
  for (const [name, info] of adapter.modules) {
    const exported = back.modules.get(name)!;
    expect({ ...exported, rank: 0, scale: 0 }).toEqual({ ...info, rank: 0, scale: 0 });
    const [got, want] = [await back.readFactors(name), await adapter.readFactors(name)];
    errors.set(name, relativeError(createLowRank(got, exported), createLowRank(want, info)));
  }
  expect(back.modules.size).toBe(adapter.modules.size);
  await back.close();
  return errors;
}

const mixed = [layer('a.q', 2, 1.5), layer('b.q', 3, 2), layer('b.x', 4, 2, { inFeatures: 7 })];

describe('an export', () => {
  it('has one rank and one scale for all, with zeros for smaller ranks, and loses nothing but the rounding of scales', async () => {
    const adapter = await writeInfos(mixed);
    const where = await fresh();
    const exported = await exportPeftFolder(adapter, where, {
      baseModel: 'org/model',
      baseRevision: 'v1',
      taskType: 'CAUSAL_LM',
    });
    expect(exported).toMatchObject({ rank: 4, scale: 2, ranks: 'UNIFORM', dtype: 'F32', truncated: 0, modules: 3 });
    expect(await readConfig(where)).toMatchObject({
      r: 4,
      lora_alpha: 8,
      rank_pattern: {},
      alpha_pattern: {},
      target_modules: ['a.q', 'b.q', 'b.x'],
      base_model_name_or_path: 'org/model',
      revision: 'v1',
      task_type: 'CAUSAL_LM',
      use_rslora: false,
      fan_in_fan_out: false,
      lora_bias: false,
    });
    const file = await openSafetensors(join(where, 'adapter_model.safetensors'));
    expect([...file.metadata]).toEqual([['format', 'pt']]);
    const ranks = [...file.tensors.values()].map(({ name, shape }) => shape[name.includes('lora_A') ? 0 : 1]);
    expect(new Set(ranks)).toEqual(new Set([4]));
    await file.close();
    for (const error of (await measure(adapter, where)).values()) expect(error).toBeLessThan(1e-7);
    await adapter.close();
  });

  it('keeps each module’s own rank and scale in patterns, to the bit', async () => {
    const adapter = await writeInfos(mixed);
    const where = await fresh();
    const exported = await exportPeftFolder(adapter, where, { ranks: 'PATTERNS' });
    expect(exported.relativeError).toBe(0);
    const back = await readPeftFolder(where);
    expect([...back.modules]).toEqual([...adapter.modules]);
    for (const name of adapter.modules.keys())
      expect(await back.readFactors(name)).toEqual(await adapter.readFactors(name));
    await Promise.all([back.close(), adapter.close()]);
  });

  it.each(['UNIFORM', 'PATTERNS'] as const)(
    'at a cap of rank is the best there is, and reports what that cost (%s)',
    async (ranks) => {
      const adapter = await writeInfos(mixed);
      const where = await fresh();
      const exported = await exportPeftFolder(adapter, where, { maxRank: 2, ranks });
      expect(exported).toMatchObject({ rank: 2, truncated: 2 });
      const errors = await measure(adapter, where);
      let [lost, energy] = [0, 0];
      for (const [name, info] of adapter.modules) {
        const exact = createLowRank(await adapter.readFactors(name), info);
        const best = recompress(exact, 2);
        const optimum = Math.sqrt(1 - best.retainedEnergy);
        expect(errors.get(name)).toBeCloseTo(optimum, 6);
        const size = best.singularValues.reduce((sum, value) => sum + value * value, 0);
        lost += errors.get(name)! ** 2 * size;
        energy += size;
      }
      expect(exported.relativeError).toBeCloseTo(Math.sqrt(lost / energy), 6);
      expect(exported.worst!.relativeError).toBeCloseTo(Math.max(...errors.values()), 6);
      await adapter.close();
    },
  );

  it.each([
    ['F16', 2 ** -10],
    ['BF16', 2 ** -7],
  ] as const)('in %s loses its rounding, and says how much', async (dtype, limit) => {
    const adapter = await writeInfos(mixed);
    const where = await fresh();
    const exported = await exportPeftFolder(adapter, where, { dtype });
    const errors = await measure(adapter, where);
    expect(exported.relativeError).toBeGreaterThan(0);
    for (const error of errors.values()) expect(error).toBeLessThan(limit);
    expect(exported.worst!.relativeError).toBeCloseTo(Math.max(...errors.values()), 9);
    const file = await openSafetensors(join(where, 'adapter_model.safetensors'));
    for (const info of file.tensors.values()) expect(info.dtype).toBe(dtype);
    await Promise.all([file.close(), adapter.close()]);
  });

  it('is the same bytes again, with the digests that it reports', async () => {
    const adapter = await writeInfos(mixed);
    const [first, second] = [await fresh(), await fresh()];
    const exported = await exportPeftFolder(adapter, first, { maxRank: 2, dtype: 'BF16' });
    expect(await exportPeftFolder(adapter, second, { maxRank: 2, dtype: 'BF16' })).toEqual(exported);
    expect(exported.files.map(({ name }) => name)).toEqual(['adapter_model.safetensors', 'adapter_config.json']);
    for (const { name, byteLength, sha256 } of exported.files) {
      const bytes = await readFile(join(first, name));
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([byteLength, sha256]);
    }
    await adapter.close();
  });

  it('brings every layout back to the form that PEFT has for it', async () => {
    const adapter = await writeInfos([
      layer('conv', 2, 1, { inFeatures: 3 * 5 * 7, layout: 'CONV2D', kernel: [5, 7] }),
      layer('wte', 2, 1, { layout: 'EMBEDDING' }),
    ]);
    const where = await fresh();
    await exportPeftFolder(adapter, where);
    const file = await openSafetensors(join(where, 'adapter_model.safetensors'));
    expect(
      Object.fromEntries(
        [...file.tensors.values()].map(({ name, shape }) => [name.slice('base_model.model.'.length), shape]),
      ),
    ).toEqual({
      'conv.lora_A.weight': [2, 3, 5, 7],
      'conv.lora_B.weight': [10, 2, 1, 1],
      'wte.lora_embedding_A': [2, 12],
      'wte.lora_embedding_B': [10, 2],
    });
    for (const error of (await measure(adapter, where)).values()) expect(error).toBeLessThan(1e-15);
    await Promise.all([file.close(), adapter.close()]);
  });

  const bias = (owner: string, scale = 1): AdapterModuleInfo => ({
    ...layer(`${owner}.bias`, 1, scale, { inFeatures: 1, layout: 'VECTOR', parameter: 'BIAS' }),
  });
  it('puts biases beside the factors of their layer, and zeros where there is none', async () => {
    const adapter = await writeInfos([
      layer('h.c_attn', 2, 2, { layout: 'TRANSPOSED' }),
      bias('h.c_attn', 3),
      layer('h.c_fc', 2, 2, { layout: 'TRANSPOSED' }),
    ]);
    const where = await fresh();
    await exportPeftFolder(adapter, where);
    expect(await readConfig(where)).toMatchObject({ fan_in_fan_out: true, lora_bias: true, bias: 'none' });
    const back = await readPeftFolder(where);
    const { b } = await adapter.readFactors('h.c_attn.bias');
    const { a } = await adapter.readFactors('h.c_attn.bias');
    const got = await back.readFactors('h.c_attn.bias');
    const change = [...got.b].map((value) => value * back.modules.get('h.c_attn.bias')!.scale);
    for (const [at, value] of change.entries()) expect(value).toBeCloseTo(3 * b[at]! * a[0]!, 5);
    expect((await back.readFactors('h.c_fc.bias')).b).toEqual(new Float32Array(10));
    await Promise.all([back.close(), adapter.close()]);
  });

  it.each<[string, readonly AdapterModuleInfo[]]>([
    ['a bias without factors on its layer', [layer('q', 2, 1), bias('k')]],
    ['the weight of a norm', [layer('q', 2, 1), layer('norm', 1, 1, { inFeatures: 1, layout: 'VECTOR' })]],
    ['a bias beside an embedding', [layer('q', 2, 1), bias('q'), layer('wte', 2, 1, { layout: 'EMBEDDING' })]],
  ])('refuses %s, for PEFT has no form for it', async (_, infos) => {
    const adapter = await writeInfos(infos);
    await expect(exportPeftFolder(adapter, await fresh())).rejects.toMatchObject({
      code: 'ADAPTER_EXPORT_UNSUPPORTED',
    });
    await adapter.close();
  });

  it('of a module whose scale is zero is zero', async () => {
    const adapter = await writeInfos([layer('q', 2, 0), layer('k', 2, 2)]);
    for (const ranks of ['UNIFORM', 'PATTERNS'] as const) {
      const where = await fresh();
      await exportPeftFolder(adapter, where, { ranks });
      const back = await readPeftFolder(where);
      expect((await back.readFactors('q')).b.every((value) => value === 0)).toBe(true);
      await back.close();
    }
    await adapter.close();
  });

  it.each<[string, readonly AdapterModuleInfo[], object, readonly string[]]>([
    ['nothing of a small adapter', mixed, {}, []],
    ['patterns', mixed, { ranks: 'PATTERNS' }, ['VLLM_PATTERNS']],
    ['a rank above the default', [layer('q', 40, 1)], {}, ['VLLM_RANK']],
    ['a cap that does without', [layer('q', 40, 1)], { maxRank: 16 }, []],
    ['biases', [layer('q', 2, 1), bias('q')], {}, ['VLLM_BIAS']],
    ['a convolution', [layer('q', 2, 1, { layout: 'CONV2D', kernel: [3, 4] })], {}, ['VLLM_CONVOLUTION']],
  ])('says what vLLM makes of %s', async (_, infos, options, codes) => {
    const adapter = await writeInfos(infos);
    const { notices } = await exportPeftFolder(adapter, await fresh(), options);
    expect(notices.map(({ code }) => code)).toEqual(codes);
    await adapter.close();
  });

  it.each<[number, string]>([
    [17, '--max-lora-rank 32'],
    [40, '--max-lora-rank 64'],
    [513, 'maxRank'],
  ])('says how vLLM serves rank %d', async (rank, words) => {
    const adapter = await writeInfos([layer('q', rank, 1)]);
    const { notices } = await exportPeftFolder(adapter, await fresh());
    expect(notices).toMatchObject([{ code: 'VLLM_RANK', message: expect.stringContaining(words) as string }]);
    await adapter.close();
  });

  it('refuses numbers that are too large for the dtype, a rank that is none, and a folder with something in it', async () => {
    const large = await writeInfos([layer('q', 1, 1)], () => ({
      a: new Float32Array(12).fill(1e5),
      b: new Float32Array(10).fill(1),
    }));
    const where = await fresh();
    await expect(exportPeftFolder(large, where, { dtype: 'F16' })).rejects.toMatchObject({
      code: 'ADAPTER_EXPORT_OVERFLOW',
    });
    expect(await readdir(where)).toEqual([]);
    for (const maxRank of [0, 1.5]) {
      await expect(exportPeftFolder(large, where, { maxRank })).rejects.toMatchObject({ code: 'ALGEBRA_RANK_INVALID' });
    }
    await mkdir(where, { recursive: true });
    await writeFile(join(where, 'note.txt'), '');
    await expect(exportPeftFolder(large, where)).rejects.toMatchObject({ code: 'ADAPTER_FOLDER_NOT_EMPTY' });
    expect((await stat(join(where, 'note.txt'))).size).toBe(0);
    await large.close();
  });

  it('leaves nothing in the folder when it is aborted', async () => {
    const adapter = await writeInfos(mixed);
    const where = await fresh();
    const controller = new AbortController();
    const onProgress = (done: number): void => {
      if (done === 3) controller.abort(new Error('enough'));
    };
    await expect(exportPeftFolder(adapter, where, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(await readdir(where)).toEqual([]);
    await adapter.close();
  });
});
