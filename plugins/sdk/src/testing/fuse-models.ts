import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFloats, type FloatDtype } from '@crucible/engine/checkpoints';
import { createKeyedRandom } from '@crucible/engine/random';
import { writeSafetensors } from '@crucible/engine/tensors';
import type { Strategy } from '../contract/strategy.js';
import { openBackend } from '../host/fusion/open-backend.js';
import { runModelFusion } from '../host/model/run-model-fusion.js';
import type { ModelFusionOutcome } from '../host/model/model-run.js';

/** One is longer than what SIMD begins at and no multiple of a block; the others are short. */
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'model.embed_tokens.weight': [701, 101],
  'model.layers.0.mlp.weight': [12, 7],
  'model.layers.1.mlp.weight': [12, 7],
  'model.norm.weight': [9],
};

export interface FuseModelsForTest {
  readonly strategies: ReadonlyMap<string, Strategy>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly weights: readonly number[];
  /** What the models are stored as, and the result is written as. */
  readonly dtype: FloatDtype;
}

/**
 * Fuses seeded full models, one per weight, by each of some strategies, through the same runner as the platform. Their numbers have few digits, so that magnitudes
 * are often equal and votes cancel.
 */
export async function fuseModels(
  fused: readonly Strategy[],
  { strategies, options, weights, dtype }: FuseModelsForTest,
): Promise<readonly ModelFusionOutcome[]> {
  const root = await mkdtemp(join(tmpdir(), 'crucible-models-'));
  try {
    const [base, ...models] = await Promise.all(
      Array.from({ length: weights.length + 1 }, (_, seed) => writeModel(join(root, `model-${seed}`), seed, dtype)),
    );
    const outcomes: ModelFusionOutcome[] = [];
    for (const [index, strategy] of fused.entries()) {
      outcomes.push(
        await runModelFusion({
          strategy,
          strategies,
          options,
          base: base!,
          models: models.map((folder, i) => ({ folder, weight: weights[i]!, digest: String(weights.length - i) })),
          outputFolder: join(root, `fused-${index}`),
          tf: await openBackend('cpu'),
        }),
      );
    }
    return outcomes;
  } finally {
    await rm(root, { recursive: true });
  }
}

async function writeModel(folder: string, seed: number, dtype: FloatDtype): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ tie_word_embeddings: false }));
  await writeSafetensors(join(folder, 'model.safetensors'), {
    tensors: Object.entries(SHAPES).map(([name, shape]) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const noise = createKeyedRandom(seed).normal([name], size);
      const values = Float64Array.from(noise, (value) => Math.round(8 * value) / 64);
      return { name, shape, dtype, read: () => encodeFloats(values, dtype) };
    }),
  });
  return folder;
}
