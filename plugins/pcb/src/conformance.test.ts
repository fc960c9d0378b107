import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { pcb } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each(['GLOBAL', 'TENSOR'])('%s', (scope) => {
  describeStrategyConformance(
    pcb,
    { describe, it, expect },
    {
      options: { scope },
      laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false },
      ...(scope === 'GLOBAL' && { packageFolder }),
    },
  );
});
