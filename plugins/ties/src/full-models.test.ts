import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFloats, type FloatDtype } from '@crucible/engine/checkpoints';
import { createKeyedRandom } from '@crucible/engine/random';
import { writeSafetensors } from '@crucible/engine/tensors';
import type { ModuleStrategy } from '@crucible/sdk';
import { runModelFusion, type ModelFusionOutcome } from '@crucible/sdk/model';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tiesErrors } from './errors.js';
import { ties } from './index.js';

/** One is longer than what SIMD begins at and no multiple of a block; the others are short. */
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'model.embed_tokens.weight': [701, 101],
  'model.layers.0.mlp.weight': [12, 7],
  'model.layers.1.mlp.weight': [12, 7],
  'model.norm.weight': [9],
};

let root: string;
let made = 0;
const fresh = (): string => join(root, String((made += 1)));
beforeAll(async () => {
  await tf.setBackend('cpu');
  root = await mkdtemp(join(tmpdir(), 'ties-models-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Seeded numbers of few digits: magnitudes are often equal, votes cancel. */
async function writeModel(seed: number, dtype: FloatDtype, poisoned: boolean): Promise<string> {
  const folder = fresh();
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ tie_word_embeddings: false }));
  await writeSafetensors(join(folder, 'model.safetensors'), {
    tensors: Object.entries(SHAPES).map(([name, shape]) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const noise = createKeyedRandom(seed).normal([name], size);
      const values = Float64Array.from(noise, (value) => Math.round(8 * value) / 64);
      if (poisoned && name === 'model.norm.weight') values[4] = Number.NaN;
      return { name, shape, dtype, read: () => encodeFloats(values, dtype) };
    }),
  });
  return folder;
}

async function fuse(
  strategy: unknown,
  options: object,
  dtype: FloatDtype,
  { norms = true, poison }: { readonly norms?: boolean; readonly poison?: number } = {},
): Promise<ModelFusionOutcome> {
  const [base, ...models] = await Promise.all([0, 1, 2, 3].map((seed) => writeModel(seed, dtype, seed === poison)));
  return runModelFusion({
    strategy: strategy as ModuleStrategy,
    options,
    base: base!,
    models: models.map((folder, i) => ({ folder, weight: [1, 0.5, -0.25][i]!, digest: String(3 - i) })),
    outputFolder: fresh(),
    tf,
    norms,
  });
}

const { trimmedMerge: _, ...dense } = ties;

it.each<[string, object]>([
  ['PAPER, tensor by tensor', { preset: 'PAPER', trimScope: 'TENSOR', density: 0.3 }],
  ['peta', { preset: 'PETA', trimScope: 'TENSOR', density: 0.2, lambda: 0.4 }],
  ['PEFT', { preset: 'PEFT', density: 0.3 }],
  ['mergekit', { preset: 'MERGEKIT', density: 0.2 }],
  [
    'mergekit, scheduled',
    {
      preset: 'MERGEKIT',
      schedules: [
        { parameter: 'density', adapter: 1, values: [0.1, 0.9] },
        { parameter: 'weight', values: [1, -0.4] },
      ],
    },
  ],
  ['by COUNT', { preset: 'MERGEKIT', signRule: 'COUNT' }],
  ['by MAX', { preset: 'MERGEKIT', merge: 'MAX' }],
  ['SUM, nothing dropped', { preset: 'MERGEKIT', merge: 'SUM', density: 1 }],
  ['a global trim', { trimScope: 'GLOBAL' }],
])('straight from the stored numbers as by dense task vectors, to the bit: %s', async (_name, options) => {
  for (const dtype of ['BF16', 'F32', 'F16'] as const) {
    const [fast, slow] = [await fuse(ties, options, dtype), await fuse(dense, options, dtype)];
    expect([dtype, fast.digest]).toEqual([dtype, slow.digest]);
    expect(fast.tensors).toEqual(slow.tensors);
    expect((await fuse(ties, options, dtype, { norms: false })).digest).toBe(slow.digest);
  }
});

it('a trim tensor by tensor makes no dense task vector', async () => {
  const refuse = (): never => {
    throw new Error('it was asked for a dense merge');
  };
  const options = { preset: 'MERGEKIT', density: 0.2 };
  const outcome = await fuse({ ...ties, fuseModule: refuse }, options, 'BF16');
  expect(outcome.digest).toBe((await fuse(dense, options, 'BF16')).digest);
  await expect(fuse({ ...ties, fuseModule: refuse }, { trimScope: 'GLOBAL' }, 'BF16')).rejects.toThrow(/dense merge/);
});

it.each([
  [0.2, true],
  [0.2, false],
  [1, true],
  [1, false],
])('NaN is refused with the folder that holds it: density %d, norms %s', async (density, norms) => {
  await expect(fuse(ties, { preset: 'MERGEKIT', density }, 'BF16', { norms, poison: 2 })).rejects.toMatchObject({
    code: 'MODEL_FUSION_NOT_FINITE',
    details: { tensor: 'model.norm.weight', dtype: 'BF16', folder: expect.stringContaining(root) as string },
  });
});

it('densities of another number of models are refused before anything is read', async () => {
  await expect(fuse(ties, { densities: [0.1, 0.2] }, 'F32')).rejects.toMatchObject({
    code: 'STRATEGY_INVALID_OPTIONS',
    message: expect.stringContaining('got 2 densities for 3 adapters') as string,
  });
});

it('a survey that refuses says itself what to do, not that the plugin is at fault', async () => {
  const refusing = {
    ...ties,
    survey: {
      ...ties.survey!,
      start: () => {
        throw tiesErrors.densitiesMismatch({ got: 2, expected: 3 });
      },
    },
  };
  await expect(fuse(refusing, { preset: 'MERGEKIT' }, 'F32')).rejects.toMatchObject({
    code: 'STRATEGY_FAILED',
    remedy: expect.stringContaining('one density per adapter') as string,
  });
});
