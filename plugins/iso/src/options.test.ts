import { checkOptions } from '@crucible/sdk';
import { isoCts } from './iso-cts-strategy.js';
import { expect, it } from 'vitest';

it.each<[string, object, boolean]>([
  ['takes the sum alone', { commonFraction: 1 }, true],
  ['takes the tasks alone', { commonFraction: 0 }, true],
  ['refuses more than all', { commonFraction: 1.01 }, false],
  ['refuses a negative floor', { floor: -1e-9 }, false],
  ['refuses a floor that leaves one direction', { floor: 0.9 }, false],
])('%s', (_, options, accepted) => {
  expect(checkOptions(isoCts, options).ok).toBe(accepted);
});
