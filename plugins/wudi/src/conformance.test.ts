import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { wudi } from './wudi-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each([
  // Without a ridge nothing shrinks.
  [0, true],
  [0.1, false],
] as const)('ridge %f', (ridge, exact) => {
  describeStrategyConformance(
    wudi,
    { describe, it, expect },
    {
      options: { ridge },
      laws: { oneIsItself: exact, oneZeroIsFirst: exact, identicalIsItself: exact },
      packageFolder,
    },
  );
});
