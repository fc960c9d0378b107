import { distance, fuseAdapters, readDeltas, syntheticAdapter } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { slerp } from './index.js';

it('a gradient of t over depth goes from the first adapter in the first layer to the second in the last', async () => {
  const adapters = [1, 2].map((seed) => syntheticAdapter({ seed }));
  const options = { schedules: [{ parameter: 't', values: [0, 1] }] };
  const fused = await fuseAdapters({ strategy: slerp, options, adapters, space: 'DELTA' });
  const [first, second] = await Promise.all(adapters.map(readDeltas));
  const only = (deltas: typeof first, layer: string) =>
    new Map([...deltas!].filter(([module]) => module.startsWith(`layers.${layer}.`)));
  expect(distance(only(fused.deltas, '0'), only(first, '0'))).toBeLessThan(1e-6);
  expect(distance(only(fused.deltas, '1'), only(second, '1'))).toBeLessThan(1e-6);
});
