import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import plugin from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const [simpleAverage, taskArithmetic] = plugin.strategies;

describeStrategyConformance(
  simpleAverage!,
  { describe, it, expect },
  {
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true, gauge: true },
    packageFolder,
  },
);

describeStrategyConformance(
  taskArithmetic!,
  { describe, it, expect },
  {
    options: { lambda: 1 },
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: false, gauge: true },
    packageFolder,
  },
);
