import { fileURLToPath } from 'node:url';
import { describeStrategyConformance, loadStrategy } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { compressThenMerge } from './compress-then-merge-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const rules = [await loadStrategy(packageFolder, 'ties')];

/** A weight of 0 does not take part in the choice of the subspaces, and copies span what one spans. */
describe('around the mean', () => {
  describeStrategyConformance(
    compressThenMerge,
    { describe, it, expect },
    {
      options: { rule: { testMean: {} } },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
    },
  );
});

describe('around TIES as it is', () => {
  describeStrategyConformance(
    compressThenMerge,
    { describe, it, expect },
    { rules, laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false }, packageFolder },
  );
});
