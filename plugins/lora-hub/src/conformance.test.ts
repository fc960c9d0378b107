import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { loraHub } from './lora-hub-strategy.js';

describeStrategyConformance(
  loraHub,
  { describe, it, expect },
  {
    // The law needs the coefficient itself, which a penalty would pull towards 0.
    options: { budget: 60, l1: 0 },
    laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
