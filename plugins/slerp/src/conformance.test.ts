import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { karcher, multiSlerp, nearSwap, nuSlerp, slerp } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

for (const [strategy, linearInWeights] of [
  [slerp, false],
  [nearSwap, false],
  [nuSlerp, true],
  [multiSlerp, true],
  [karcher, true],
] as const) {
  describeStrategyConformance(
    strategy,
    { describe, it, expect },
    {
      laws: {
        oneIsItself: true,
        oneZeroIsFirst: linearInWeights,
        identicalIsItself: true,
        gauge: strategy !== nearSwap,
      },
      packageFolder,
    },
  );
}

describe('along rows', () => {
  describeStrategyConformance(
    nuSlerp,
    { describe, it, expect },
    {
      options: { along: 'ROWS' },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true, gauge: true },
    },
  );
});
