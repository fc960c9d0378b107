import { fileURLToPath } from 'node:url';
import { describeStrategyConformance, loadStrategy } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { doMerging } from './do-merging-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const rules = await Promise.all(['taskArithmetic', 'ties'].map((id) => loadStrategy(packageFolder, id)));

describe('around the mean', () => {
  describeStrategyConformance(
    doMerging,
    { describe, it, expect },
    {
      options: { rule: { testMean: {} } },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
    },
  );
});

describe.each([
  ['task arithmetic', {}],
  ['TIES', { rule: { ties: { density: 0.3 } } }],
])('around %s', (_, options) => {
  describeStrategyConformance(
    doMerging,
    { describe, it, expect },
    {
      options,
      rules,
      laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
      packageFolder,
    },
  );
});
