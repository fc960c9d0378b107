import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { TIES_PRESETS } from './presets.js';
import { ties } from './ties-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** With density 1 nothing is trimmed, so that the laws of a disjoint mean hold. */
describe.each(TIES_PRESETS)('%s at density 1', (preset) => {
  describeStrategyConformance(
    ties,
    { describe, it, expect },
    {
      options: { preset, density: 1 },
      // PEFT counts an adapter of weight 0 among those that agree.
      laws: { oneIsItself: true, oneZeroIsFirst: preset !== 'PEFT', identicalIsItself: true },
    },
  );
});

describe.each([
  ['the defaults', {}],
  ['exactly so many of all modules', { trimCount: 'EXACT', density: 0.3 }],
  ['PEFT’s trim', { preset: 'PEFT', density: 0.3 }],
] as const)('trimmed: %s', (_, options) => {
  describeStrategyConformance(
    ties,
    { describe, it, expect },
    {
      options,
      laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
      packageFolder,
      backendTolerance: 1e-5,
    },
  );
});
