import { checkOptions } from '@crucible/sdk';
import { testMean } from '@crucible/sdk/testing';
import { knots } from './knots-strategy.js';
import { expect, it } from 'vitest';

it.each<[string, object, boolean]>([
  ['takes a floor of its own', { floor: 0, rule: { testMean: {} } }, true],
  ['refuses a negative floor', { floor: -1e-9, rule: { testMean: {} } }, false],
  ['refuses a floor above all', { floor: 1.1, rule: { testMean: {} } }, false],
  ['refuses another preset', { preset: 'PAPER', rule: { testMean: {} } }, false],
  ['refuses a rule that is not installed', { rule: { ties: {} } }, false],
])('%s', (_, options, accepted) => {
  expect(checkOptions(knots, options, new Map([['testMean', testMean]])).ok).toBe(accepted);
});
