import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { consensus, ram, ramPlus } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe('with selfish entries dropped', () => {
  describeStrategyConformance(
    consensus,
    { describe, it, expect },
    { laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false }, packageFolder },
  );
});

describe('where one task is enough', () => {
  describeStrategyConformance(
    consensus,
    { describe, it, expect },
    {
      options: { minTasks: 1, lambda: 1 },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: false },
    },
  );
});

describe.each([ram, ramPlus])('what is touched: $id', (strategy) => {
  describeStrategyConformance(
    strategy,
    { describe, it, expect },
    {
      // Without a threshold every entry counts; with one, those below it are lost.
      options: { epsilon: 0 },
      laws: { oneIsItself: true, oneZeroIsFirst: strategy === ram, identicalIsItself: true },
      packageFolder,
    },
  );
});
