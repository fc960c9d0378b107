import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { della, dellaLinear } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe('at density 1, where nothing is dropped', () => {
  describeStrategyConformance(
    dellaLinear,
    { describe, it, expect },
    { options: { density: 1 }, laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: false } },
  );
  describeStrategyConformance(
    della,
    { describe, it, expect },
    { options: { density: 1 }, laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true } },
  );
});

describe('with draws', () => {
  for (const strategy of [dellaLinear, della]) {
    describeStrategyConformance(
      strategy,
      { describe, it, expect },
      { laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false }, packageFolder },
    );
  }
});
