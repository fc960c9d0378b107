import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Strategy } from '../../contract/strategy.js';
import { FUSION_SPACES } from '../../contract/fusion-space.js';
import { defineModuleStrategy, defineWrapperStrategy } from '../../definition/define-strategy.js';
import { checkMergeOf } from '../../elementwise/geometry/check-merge-of.js';
import { ofOption } from '../../elementwise/geometry/options.js';
import { parseOptions } from '../../options/parse-options.js';
import { syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { checkFusion } from './check-fusion.js';
import { checkRunOptions } from './check-run-options.js';

const describing = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
};
const listed = defineModuleStrategy({
  ...describing,
  id: 'listed',
  schedulable: ['share'],
  options: z.object({
    shares: z.array(z.number()).default([]).describe('One for each adapter.'),
    share: z.number().default(1).describe('x'),
    of: ofOption(),
  }),
  check: (options, run) => [
    ...(options.shares.length === 0 || options.shares.length === run.adapterCount
      ? []
      : [{ path: ['shares'], message: `got ${options.shares.length} shares for ${run.adapterCount} adapters` }]),
    ...checkMergeOf(options, run),
  ],
  fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(() => 1) }),
});
const wholeWeights = defineModuleStrategy({
  ...describing,
  id: 'wholeWeights',
  needs: { ...describing.needs, baseWeights: true },
  options: z.object({}),
  fuseModule: ({ members }) => ({ kind: 'combination', coefficients: members.map(() => 1) }),
});
const throwing = defineModuleStrategy({
  ...wholeWeights,
  id: 'throwing',
  needs: describing.needs,
  check: () => {
    throw new Error('boom');
  },
});
const outer = defineWrapperStrategy({
  ...describing,
  id: 'outer',
  wraps: 'ANY',
  defaultRule: { listed: {} },
  options: z.object({}),
  wrapModule: ({ members }) => ({
    vectors: members.map(({ vectors }) => vectors),
    restore: (vectors) => ({ kind: 'vectors', vectors }),
  }),
});
const strategies = new Map<string, Strategy>(
  ([listed, wholeWeights, throwing, outer] as Strategy[]).map((strategy) => [strategy.id, strategy]),
);

const members = [0, 1, 2].map((seed) => {
  const { manifest } = syntheticAdapter({ seed, rank: 2 });
  return { name: manifest.name, manifest, weight: 1 };
});
const issuesOf = (strategy: unknown, options: unknown): readonly string[] =>
  checkFusion({ strategy: strategy as Strategy, strategies, options, members }).map(
    ({ code, path, message }) => `${code} at ${path.join('.')}: ${message}`,
  );

describe('what a strategy knows of its options and the number of adapters', () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    ['a list of the right length', listed, { shares: [1, 2, 3] }, []],
    [
      'a list of the wrong length',
      listed,
      { shares: [1, 2] },
      ['OPTIONS_INVALID at options.shares: Option "shares" of "listed": got 2 shares for 3 adapters.'],
    ],
    [
      'a list of the wrong length in a wrapped rule',
      outer,
      { rule: { listed: { shares: [1, 2] } } },
      [
        'OPTIONS_INVALID at options.rule.listed.shares: Option "rule.listed.shares" of "outer": got 2 shares for 3 adapters.',
      ],
    ],
    [
      'whole weights, as an option',
      listed,
      { of: 'WEIGHTS' },
      [
        'OPTIONS_INVALID at options.of: Option "of" of "listed": WEIGHTS needs the weights of the base, which only fusions of full models have; choose TASK_VECTORS.',
      ],
    ],
    [
      'whole weights, as a need',
      wholeWeights,
      {},
      [
        'BASE_WEIGHTS_MISSING at strategy: "wholeWeights" merges whole weights, and a fusion of adapters has only what they add to them; choose another strategy, or fuse full models.',
      ],
    ],
    [
      'whole weights, wrapped',
      outer,
      { rule: { wholeWeights: {} } },
      [
        'OPTIONS_INVALID at options.rule.wholeWeights: Option "rule.wholeWeights" of "outer": "wholeWeights" needs the weights of the base, which no wrapped rule gets; choose one of listed, throwing.',
      ],
    ],
    [
      'a schedule of an adapter that is not there',
      outer,
      { rule: { listed: { schedules: [{ parameter: 'share', adapter: 3, values: [1] }] } } },
      [
        'OPTIONS_INVALID at options.rule.listed.schedules.0.adapter: Option "rule.listed.schedules.0.adapter" of "outer": got 3, and there are 3 adapters, from 0.',
      ],
    ],
  ])('%s', (_, strategy, options, expected) => {
    expect(issuesOf(strategy, options)).toEqual(expected);
  });

  it('whole weights may be merged where they are at hand, and not inside a wrapper', () => {
    const issues = (strategy: unknown, raw: unknown): readonly string[] => {
      const options = parseOptions(strategy as Strategy, raw, strategies);
      const run = { adapterCount: 3, baseWeights: true };
      return checkRunOptions(strategy as Strategy, options, run, strategies).map(({ path }) => path.join('.'));
    };
    expect(issues(listed, { of: 'WEIGHTS' })).toEqual([]);
    expect(issues(outer, { rule: { listed: { of: 'WEIGHTS' } } })).toEqual(['rule.listed.of']);
  });

  it('a check that throws is the strategy’s failure', () => {
    expect(() => issuesOf(throwing, {})).toThrow(/"throwing" failed in check: boom/);
  });
});
