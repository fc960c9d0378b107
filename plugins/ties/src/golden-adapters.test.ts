import { matrixFrom, transpose } from '@crucible/engine/algebra';
import { distance, fuseAdapters, readGoldenAdapter, readGoldenCase, readGoldenTensors } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { ties } from './index.js';

const folder = new URL('../golden/_peft/', import.meta.url);

it.each([
  // The rule on dense deltas, at any rank. PEFT's own "ties" trims A and B apart, and is more than the result's norm away from it.
  ['ties-total', 'dense_rule/', { outputRank: 256 }],
  ['ties-frequency', 'dense_rule/', { outputRank: 256 }],
  ['ties-fan', 'dense_rule/', { outputRank: 256 }],
  // The best rank of that, as PEFT gives it; of unequal ranks, and with modules that one adapter lacks.
  ['ties-svd', 'best_rank/', { outputRank: 6 }],
])('%s: adapters that PEFT saved, in DELTA space', async (name, prefix, rank) => {
  const { parameters, inputs } = await readGoldenCase(folder, name);
  const adapters = await Promise.all(
    (inputs['adapters'] as unknown as readonly string[]).map((path) =>
      readGoldenAdapter(new URL(`${name}/${path}/`, folder)),
    ),
  );
  const signRule = parameters['majoritySign'] === 'frequency' ? 'COUNT' : 'MASS';
  const fused = await fuseAdapters({
    strategy: ties,
    options: { preset: 'PEFT', density: parameters['density'], signRule },
    adapters,
    weights: parameters['weights'] as readonly number[],
    space: 'DELTA',
    ...rank,
  });
  const expected = await readGoldenTensors(folder, name, 'expected.safetensors', prefix);
  const matrices = [...expected].map(([module, { rows, columns, data }]) => {
    const matrix = matrixFrom(rows, columns, data);
    // The file keeps the orientation of the stored weight, which is in × out in GPT-2.
    return [module, name === 'ties-fan' ? transpose(matrix) : matrix] as const;
  });
  expect(distance(fused.deltas, new Map(matrices))).toBeLessThan(1e-5);
  await Promise.all(adapters.map((adapter) => adapter.close()));
});
