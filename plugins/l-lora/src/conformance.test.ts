import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { lLora } from './l-lora.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describeStrategyConformance(
  lLora,
  { describe, it, expect },
  {
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: false },
    packageFolder,
  },
);

describeStrategyConformance(
  lLora,
  { describe, it, expect },
  {
    options: { normalize: 'MEAN' },
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
  },
);
