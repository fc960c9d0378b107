import { fileURLToPath } from 'node:url';
import { describeStrategyConformance, loadStrategy } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { knots } from './knots-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const rules = [await loadStrategy(packageFolder, 'ties')];

/** A mean in other coordinates is that mean, and TIES without a trim keeps the laws of a disjoint mean. */
describe.each([
  ['the mean', { testMean: {} }],
  ['TIES at density 1', { ties: { density: 1 } }],
])('around %s', (_, rule) => {
  describeStrategyConformance(
    knots,
    { describe, it, expect },
    { options: { rule }, rules, laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true } },
  );
});

describe('around TIES as it is', () => {
  describeStrategyConformance(
    knots,
    { describe, it, expect },
    { rules, laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false }, packageFolder },
  );
});
