import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import plugin from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each(plugin.strategies.map((strategy) => [strategy.id, strategy] as const))('%s', (_, strategy) => {
  describeStrategyConformance(
    strategy,
    { describe, it, expect },
    // One adapter comes back with a flat spectrum: these rules keep directions, not strengths.
    { laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false }, packageFolder },
  );
});
