import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { fisher } from './fisher-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each(['NONE', 'MEAN', 'L2'] as const)('normalize: %s', (normalize) => {
  describeStrategyConformance(
    fisher,
    { describe, it, expect },
    {
      options: { normalize },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
      packageFolder,
    },
  );
});
