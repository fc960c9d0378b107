import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { consensus } from './index.js';

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
