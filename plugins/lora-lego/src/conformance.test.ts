import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { loraLego } from './lora-lego-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each(['STORED', 'SINGULAR'] as const)('units: %s', (units) => {
  describeStrategyConformance(
    loraLego,
    { describe, it, expect },
    { options: { units }, laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true }, packageFolder },
  );
});
