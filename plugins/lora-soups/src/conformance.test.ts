import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { loraSoups } from './lora-soups-strategy.js';

describeStrategyConformance(
  loraSoups,
  { describe, it, expect },
  {
    options: { steps: 100 },
    // What a search finds is what its task asks for: no law of means holds.
    laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
