import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { magMax } from './index.js';

describeStrategyConformance(
  magMax,
  { describe, it, expect },
  {
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
