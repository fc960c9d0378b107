import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { modelStock } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each([false, true])('filter-wise %s', (filterWise) => {
  describeStrategyConformance(
    modelStock,
    { describe, it, expect },
    {
      options: { filterWise },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true, gauge: true },
      packageFolder,
    },
  );
});
