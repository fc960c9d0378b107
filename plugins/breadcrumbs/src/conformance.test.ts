import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { breadcrumbs, breadcrumbsTies } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe('at density 1, where nothing is dropped', () => {
  describeStrategyConformance(
    breadcrumbs,
    { describe, it, expect },
    { options: { density: 1 }, laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: false } },
  );
  describeStrategyConformance(
    breadcrumbsTies,
    { describe, it, expect },
    {
      options: { density: 1, merge: 'MEAN' },
      laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true },
    },
  );
});

describe('masked', () => {
  for (const strategy of [breadcrumbs, breadcrumbsTies]) {
    describeStrategyConformance(
      strategy,
      { describe, it, expect },
      { laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false }, packageFolder },
    );
  }
});
