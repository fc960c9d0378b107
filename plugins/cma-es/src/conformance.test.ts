import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { cmaEs } from './cma-es-strategy.js';

describeStrategyConformance(
  cmaEs,
  { describe, it, expect },
  {
    options: { budget: 150, layerGroups: 2 },
    // What a search finds is what its task asks for: no law of means holds.
    laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
