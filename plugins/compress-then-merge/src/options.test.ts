import { checkOptions } from '@crucible/sdk';
import { testMean } from '@crucible/sdk/testing';
import { compressThenMerge } from './compress-then-merge-strategy.js';
import { MOST_RANK } from './options.js';
import { expect, it } from 'vitest';

it.each<[string, object, boolean]>([
  ['takes the greatest rank', { rank: MOST_RANK, rule: { testMean: {} } }, true],
  ['refuses a rank above it', { rank: MOST_RANK + 1, rule: { testMean: {} } }, false],
  ['refuses no rank', { rank: 0, rule: { testMean: {} } }, false],
  ['refuses another balance', { balance: 'NONE', rule: { testMean: {} } }, false],
])('%s', (_, options, accepted) => {
  expect(checkOptions(compressThenMerge, options, new Map([['testMean', testMean]])).ok).toBe(accepted);
});
