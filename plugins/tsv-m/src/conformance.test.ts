import { fileURLToPath } from 'node:url';
import { describeStrategyConformance } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { tsvM } from './tsv-m-strategy.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

describe.each([
  ['TRUNCATED', false],
  ['FULL', true],
] as const)('keep: %s', (keep, identicalIsItself) => {
  describeStrategyConformance(
    tsvM,
    { describe, it, expect },
    { options: { keep }, laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself }, packageFolder },
  );
});
