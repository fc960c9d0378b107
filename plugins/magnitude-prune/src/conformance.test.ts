import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { magnitudePrune } from './index.js';

describe('at density 1, where nothing is dropped', () => {
  describeStrategyConformance(
    magnitudePrune,
    { describe, it, expect },
    {
      options: { density: 1, normalize: true },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
    },
  );
});

describeStrategyConformance(
  magnitudePrune,
  { describe, it, expect },
  {
    laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
