import { distance, fuseAdapters, readDeltas, syntheticAdapter } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { taskArithmetic } from './task-arithmetic.js';

const adapter = syntheticAdapter({ seed: 1 });

it('negation: one adapter at λ = -1 is its exact negative', async () => {
  const fused = await fuseAdapters({
    strategy: taskArithmetic,
    options: { lambda: -1 },
    adapters: [adapter],
    space: 'DELTA',
  });
  const deltas = await readDeltas(adapter);
  const negative = new Map(
    [...deltas].map(([name, matrix]) => [name, { ...matrix, data: matrix.data.map((x) => -x) }]),
  );
  expect(distance(fused.deltas, negative)).toBe(0);
});

it('weights w and -w of one adapter cancel', async () => {
  const fused = await fuseAdapters({
    strategy: taskArithmetic,
    options: { lambda: 1 },
    adapters: [adapter, adapter],
    weights: [0.7, -0.7],
    space: 'CORE',
  });
  for (const { data } of fused.deltas.values()) expect(data.every((value) => Math.abs(value) < 1e-7)).toBe(true);
});
