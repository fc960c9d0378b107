import { matrixFrom } from '@crucible/engine/algebra';
import { distance, fuseAdapters, readGoldenAdapter, readGoldenCase, readGoldenTensors } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { magnitudePrune } from './index.js';

const folder = new URL('../golden/peft/', import.meta.url);

it.each([
  // The rule on dense deltas, at any rank. PEFT itself prunes A and B apart, and is 1.2 of the result's norm away from it.
  ['magnitude-prune', 'dense_rule/', { outputRank: 256 }],
  // The best rank of that, as PEFT gives it.
  ['magnitude-prune-svd', 'best_rank/', { outputRank: 4 }],
])('%s: adapters that PEFT saved, in DELTA space', async (name, prefix, rank) => {
  const { parameters, inputs } = await readGoldenCase(folder, name);
  const adapters = await Promise.all(
    (inputs['adapters'] as unknown as readonly string[]).map((path) =>
      readGoldenAdapter(new URL(`${name}/${path}/`, folder)),
    ),
  );
  const fused = await fuseAdapters({
    strategy: magnitudePrune,
    options: { density: parameters['density'] },
    adapters,
    weights: parameters['weights'] as readonly number[],
    space: 'DELTA',
    ...rank,
  });
  const expected = await readGoldenTensors(folder, name, 'expected.safetensors', prefix);
  const matrices = [...expected].map(
    ([module, { rows, columns, data }]) => [module, matrixFrom(rows, columns, data)] as const,
  );
  expect(distance(fused.deltas, new Map(matrices))).toBeLessThan(1e-5);
  await Promise.all(adapters.map((adapter) => adapter.close()));
});
