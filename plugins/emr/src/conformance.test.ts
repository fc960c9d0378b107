import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { emr } from './index.js';

describeStrategyConformance(
  emr,
  { describe, it, expect },
  {
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
