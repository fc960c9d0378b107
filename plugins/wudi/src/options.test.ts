import { checkOptions } from '@crucible/sdk';
import { wudi } from './wudi-strategy.js';
import { expect, it } from 'vitest';

it.each<[string, object, boolean]>([
  ['takes no ridge', { ridge: 0 }, true],
  ['refuses a negative ridge, which has no minimum', { ridge: -0.1 }, false],
  ['refuses a ridge that leaves nothing', { ridge: 11 }, false],
  ['refuses a factor that is no number', { lambda: Number.NaN }, false],
])('%s', (_, options, accepted) => {
  expect(checkOptions(wudi, options).ok).toBe(accepted);
});
