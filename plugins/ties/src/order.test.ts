import { fuseAdapters, syntheticAdapter } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { ties } from './ties-strategy.js';

it.each([
  ['PAPER', 'FRAME'],
  ['MERGEKIT', 'FRAME'],
  ['PEFT', 'DELTA'],
] as const)(
  '%s in %s space: another order of the adapters gives the same factors, bit for bit',
  async (preset, space) => {
    const adapters = [1, 2, 3, 4, 5].map((seed) => syntheticAdapter({ seed, frame: 'order' }));
    const weights = [0.3, 1.7, 0.9, 1, 0.1];
    const request = { strategy: ties, space, options: { preset, density: 0.6 } };
    const straight = await fuseAdapters({ ...request, adapters, weights });
    const turned = await fuseAdapters({ ...request, adapters: adapters.toReversed(), weights: weights.toReversed() });
    expect([...turned.factors]).toEqual([...straight.factors]);
  },
);
