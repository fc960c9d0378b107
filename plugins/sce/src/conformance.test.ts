import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { sce } from './index.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe('with all places', () => {
  describeStrategyConformance(
    sce,
    { describe, it, expect },
    { laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true }, packageFolder },
  );
});

describe('with the tenth that differs most', () => {
  describeStrategyConformance(
    sce,
    { describe, it, expect },
    { options: { selectTopk: 0.1 }, laws: { oneIsItself: false, oneZeroIsFirst: false, identicalIsItself: false } },
  );
});
