import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAdapter } from '../adapters/open-adapter.js';
import { createLowRank, frobeniusNorm, matrixFrom, svd, toDense } from '../algebra/index.js';
import { createKeyedRandom } from '../random/index.js';
import { openTensorFolder, viewBytes, writeSafetensors } from '../tensors/index.js';
import { extractLora, type ExtractedLora, type ExtractLoraRequest } from './extract-lora.js';
import { checkpointLimits } from './limits.js';
import { openCheckpoint } from './open-checkpoint.js';
import { writeSmallModel } from './small-model.testing.js';
import { writeMergedModel } from './write-merged-model.js';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'crucible-extract-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));
let made = 0;
const fresh = (): string => join(scratch, `model-${(made += 1)}`);

const SHAPES = {
  'layers.0.up.weight': [40, 24],
  'layers.1.up.weight': [300, 280],
  'norm.weight': [24],
  'embed_tokens.weight': [10, 24],
} as const;

/** Numbers that float32 holds exactly with room to spare: base in multiples of 1/8, updates of falling size. */
async function model(seed: number, config: Record<string, unknown> = {}): Promise<string> {
  const folder = await writeSmallModel(fresh(), { x: { shape: [1] } }, { tie_word_embeddings: false, ...config });
  await writeSafetensors(join(folder, 'model.safetensors'), {
    tensors: Object.entries(SHAPES).map(([name, shape]) => {
      const size = shape.reduce((product: number, extent) => product * extent, 1);
      const values = createKeyedRandom(0)
        .normal([name], size)
        .map((value) => Math.round(8 * value) / 8);
      const [rows, columns = 1] = shape;
      if (seed > 0) {
        for (let k = 0; k < 40; k += 1) {
          const left = createKeyedRandom(seed).normal([name, k, 'left'], rows);
          const right = createKeyedRandom(seed).normal([name, k, 'right'], columns);
          for (let i = 0; i < size; i += 1)
            values[i]! += (0.7 ** k * left[Math.floor(i / columns)]! * right[i % columns]!) / 16;
        }
      }
      return { name, shape, dtype: 'F32', read: () => viewBytes(values) };
    }),
  });
  return folder;
}

async function extract(base: string, finetuned: string, request: Partial<ExtractLoraRequest>): Promise<ExtractedLora> {
  const opened = await Promise.all([base, finetuned].map((folder) => openCheckpoint(folder)));
  try {
    return await extractLora({
      base: opened[0]!,
      finetuned: opened[1]!,
      outputPath: `${fresh()}.safetensors`,
      ...request,
    });
  } finally {
    await Promise.all(opened.map((checkpoint) => checkpoint.close()));
  }
}

async function deltaOf(base: string, finetuned: string, tensor: keyof typeof SHAPES) {
  const [x, y] = await Promise.all([base, finetuned].map((folder) => openTensorFolder(folder)));
  const [before, after] = await Promise.all([x!.readFloat32(tensor), y!.readFloat32(tensor)]);
  await Promise.all([x!.close(), y!.close()]);
  const [rows, columns = 1] = SHAPES[tensor];
  return matrixFrom(
    rows,
    columns,
    after.map((value, i) => value - before[i]!),
  );
}

describe('an extracted LoRA', () => {
  it.each([
    ['layers.0.up.weight', 1e-6],
    // Above 256 rows the search is randomized: nearly the best, and it says how near.
    ['layers.1.up.weight', 1e-3],
  ] as const)('is the best of its rank, and states its error exactly: %s', async (tensor, tolerance) => {
    const [base, finetuned] = [await model(0), await model(1)];
    const result = await extract(base, finetuned, { rank: 6 });
    const delta = await deltaOf(base, finetuned, tensor);
    const module = tensor.replace('.weight', '');
    const report = result.modules.find((each) => each.module === module)!;
    const adapter = await openAdapter(result.path);
    const info = adapter.modules.get(module)!;
    const dense = toDense(createLowRank(await adapter.readFactors(module), info));
    await adapter.close();
    const distance = frobeniusNorm(
      matrixFrom(
        delta.rows,
        delta.columns,
        delta.data.map((value, i) => value - dense.data[i]!),
      ),
    );
    const best = Math.hypot(...svd(delta).singularValues.subarray(6));
    expect(report.rank).toBe(6);
    expect(Math.abs(report.norm / frobeniusNorm(delta) - 1)).toBeLessThan(1e-6);
    expect(Math.abs(report.error / distance - 1)).toBeLessThan(1e-4);
    expect(distance / best - 1).toBeLessThan(tolerance);
  });

  it('by energy: the least rank that keeps it, module by module', async () => {
    const [base, finetuned] = [await model(0), await model(1)];
    const { modules, rank } = await extract(base, finetuned, { energy: 0.97 });
    for (const { module, rank: own, retainedEnergy } of modules) {
      const { singularValues } = svd(await deltaOf(base, finetuned, `${module}.weight` as keyof typeof SHAPES));
      const squares = [...singularValues].map((value) => value ** 2);
      const total = squares.reduce((sum, value) => sum + value, 0);
      const share = (count: number): number => squares.slice(0, count).reduce((sum, value) => sum + value, 0) / total;
      expect(share(own)).toBeGreaterThanOrEqual(0.97);
      expect(share(own - 1)).toBeLessThan(0.97);
      expect(retainedEnergy).toBeCloseTo(share(own), 6);
    }
    expect(rank).toBe(Math.max(...modules.map((module) => module.rank)));
  });

  it('merged into its base gives the checkpoint back, at full rank', async () => {
    const [base, finetuned] = [await model(0), await model(1)];
    const { path, leftOut } = await extract(base, finetuned, {
      rank: 300,
      targets: (module) => module === 'layers.0.up',
    });
    expect(leftOut.map(({ tensor }) => tensor).sort()).toEqual([
      'embed_tokens.weight',
      'layers.1.up.weight',
      'norm.weight',
    ]);
    const [adapter, checkpoint] = [await openAdapter(path), await openCheckpoint(base)];
    const written = await writeMergedModel({ base: checkpoint, adapter, outputFolder: fresh() });
    const [got, expected] = await Promise.all([written.folder, finetuned].map((folder) => openTensorFolder(folder)));
    const [x, y] = [await got!.readFloat32('layers.0.up.weight'), await expected!.readFloat32('layers.0.up.weight')];
    expect(Math.max(...x.map((value, i) => Math.abs(value - y[i]!)))).toBeLessThan(2e-6);
    await Promise.all([got!.close(), expected!.close(), adapter.close(), checkpoint.close()]);
  });

  it('of layers that are stored transposed is one of the linear map', async () => {
    const config = { model_type: 'gpt2' };
    const shapes = { 'h.0.mlp.c_fc.weight': { shape: [4, 3], values: [0] } };
    const base = await writeSmallModel(fresh(), shapes, config);
    const values = [1, 2, 3, 2, 4, 6, 0, 0, 0, 0, 0, 0];
    const tuned = await writeSmallModel(fresh(), { 'h.0.mlp.c_fc.weight': { shape: [4, 3], values } }, config);
    const { path } = await extract(base, tuned, { rank: 1 });
    const adapter = await openAdapter(path);
    const info = adapter.modules.get('h.0.mlp.c_fc')!;
    expect(info).toMatchObject({ layout: 'TRANSPOSED', inFeatures: 4, outFeatures: 3, rank: 1 });
    const dense = toDense(createLowRank(await adapter.readFactors('h.0.mlp.c_fc'), info));
    [1, 2, 0, 0, 2, 4, 0, 0, 3, 6, 0, 0].forEach((value, i) => expect(dense.data[i]).toBeCloseTo(value, 5));
    await adapter.close();
  });

  it('has the same bytes for the same seed', async () => {
    const [base, finetuned] = [await model(0), await model(1)];
    const [x, y] = [
      await extract(base, finetuned, { rank: 4, seed: 9 }),
      await extract(base, finetuned, { rank: 4, seed: 9 }),
    ];
    expect(x.digest).toBe(y.digest);
  });
});

describe('what cannot be extracted', () => {
  it.each<[string, Partial<ExtractLoraRequest>, string]>([
    ['neither rank nor energy', {}, 'CHECKPOINT_ARGUMENT_INVALID'],
    ['a rank above the cap', { rank: checkpointLimits.extractedRank + 1 }, 'CHECKPOINT_ARGUMENT_INVALID'],
    ['all of the energy', { energy: 1 }, 'CHECKPOINT_ARGUMENT_INVALID'],
    ['no target', { rank: 2, targets: () => false }, 'CHECKPOINT_NOTHING_EXTRACTED'],
  ])('%s', async (_, request, code) => {
    await expect(extract(await model(0), await model(1), request)).rejects.toMatchObject({ code });
  });

  it('an abort leaves nothing behind', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const folder = await mkdtemp(join(scratch, 'abort-'));
    const running = extract(await model(0), await model(1), {
      rank: 2,
      outputPath: join(folder, 'x.safetensors'),
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });
});
