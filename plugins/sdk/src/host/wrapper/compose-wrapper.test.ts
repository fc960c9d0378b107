import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FUSION_SPACES } from '../../contract/fusion-space.js';
import type { ModuleInput, Strategy, WrappedModule, WrapperStrategy } from '../../contract/strategy.js';
import { defineModuleStrategy, defineSearchStrategy, defineWrapperStrategy } from '../../definition/define-strategy.js';
import { checkOptions, parseOptions } from '../../options/parse-options.js';
import { distance, fuseAdapters } from '../../testing/fuse-adapters.js';
import { syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { testMean, testSum } from '../../testing/test-rules.js';
import { checkFusion } from '../check/check-fusion.js';
import { resolveSpace } from '../check/resolve-space.js';
import { openBackend } from '../fusion/open-backend.js';

const describing = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: FUSION_SPACES,
};

const wrapper = (
  id: string,
  wrapModule: (input: ModuleInput<{ factor: number }>) => WrappedModule,
  change: Partial<WrapperStrategy> = {},
): WrapperStrategy =>
  ({
    ...defineWrapperStrategy({
      ...describing,
      id,
      wraps: 'ANY',
      defaultRule: { testSum: {} },
      options: z.object({ factor: z.number().default(2).describe('x') }),
      wrapModule,
    }),
    ...change,
  }) as WrapperStrategy;

/** Hands out the vectors as they are. */
const identity = wrapper('identity', ({ members }) => ({
  vectors: members.map(({ vectors }) => vectors),
  restore: (vectors) => ({ kind: 'vectors', vectors }),
}));

/** Merges [V; -factor·V] row by row and takes the difference of the halves: linear, and of other shapes than the modules. */
const doubled = wrapper('doubled', ({ members, options: { factor } }) => ({
  vectors: members.map(({ vectors }) => vectors.map((v) => tf.tidy(() => tf.concat2d([v, tf.mul(v, -factor)], 0)))),
  restore: (merged) => ({
    kind: 'vectors',
    vectors: merged.map((both) =>
      tf.tidy((): tf.Tensor2D => {
        const [upper, lower] = tf.split(both, 2, 0);
        return tf.div(tf.sub(upper!, lower!), 1 + factor);
      }),
    ),
  }),
}));

/** Keeps entries of at least a share of the greatest magnitude of all modules: needs a survey. */
const trimmed = defineModuleStrategy({
  ...describing,
  id: 'trimmed',
  elementwise: true,
  options: z.object({ share: z.number().min(0).max(1).default(0.5).describe('x') }),
  survey: {
    rounds: ({ share }) => (share === 0 ? 0 : 1),
    start: () => ({ greatest: 0 }),
    observe: async ({ members }) => {
      const all = await Promise.all(members.flatMap(({ vectors }) => vectors.map((vector) => vector.data())));
      return all.flatMap((values) => [...values]).reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    },
    combine: (seen, { greatest }) => ({ greatest: Math.max(greatest, ...seen) }),
  },
  fuseModule: ({ members, options }, { greatest }) => ({
    kind: 'vectors',
    vectors: members[0]!.vectors.map((_, i) =>
      tf.tidy((): tf.Tensor2D => {
        const sum = tf.addN(members.map(({ vectors }) => vectors[i]!));
        return tf.mul(sum, tf.cast(tf.greaterEqual(tf.abs(sum), options.share * greatest), 'float32'));
      }),
    ),
  }),
});

/** Σ weight·ΔW from the members' factors alone, as factors. */
const ofFactors = defineModuleStrategy({
  ...describing,
  id: 'ofFactors',
  options: z.object({}),
  fuseModule: ({ members, outFeatures, inFeatures }) => {
    const rank = members.reduce((sum, { factors }) => sum + factors.rank, 0);
    const a = new Float32Array(rank * inFeatures);
    const b = new Float32Array(outFeatures * rank);
    let row = 0;
    for (const { factors, weight } of members) {
      a.set(factors.a, row * inFeatures);
      factors.b.forEach((value, at) => {
        const column = row + (at % factors.rank);
        b[Math.floor(at / factors.rank) * rank + column] = weight * factors.scale * value;
      });
      row += factors.rank;
    }
    return { kind: 'factors', factors: { rank, scale: 1, a, b } };
  },
});

const search = defineSearchStrategy({
  ...describing,
  id: 'search',
  options: z.object({}),
  shots: () => 1,
  search: async () => ({ coefficients: [1], trace: [] }),
});
const each = defineModuleStrategy({
  ...describing,
  id: 'each',
  outputs: 'PER_ADAPTER',
  options: z.object({}),
  fuseModule: () => ({ kind: 'outputs', outputs: [] }),
});
const counting = defineModuleStrategy({
  ...describing,
  id: 'counting',
  needs: { minAdapters: 1, statistics: 'GRAM', order: 'INVARIANT' },
  options: z.object({}),
  fuseModule: () => ({ kind: 'combination', coefficients: [] }),
});

const directory = (...strategies: readonly Strategy[]): ReadonlyMap<string, Strategy> =>
  new Map(strategies.map((strategy) => [strategy.id, strategy]));
const all = directory(
  identity,
  doubled,
  testSum,
  testMean,
  trimmed as unknown as Strategy,
  ofFactors as unknown as Strategy,
  search as unknown as Strategy,
  each as unknown as Strategy,
  counting as unknown as Strategy,
);

const mixed = [syntheticAdapter({ seed: 1, rank: 4, scale: 2 }), syntheticAdapter({ seed: 2, rank: 3, scale: 0.5 })];
const framed = [1, 2].map((seed) => syntheticAdapter({ seed, frame: 'one' }));
const weights = [0.7, -1.2];

beforeAll(async () => void (await openBackend('cpu')));

describe('a wrapper around a rule', () => {
  const fuse = (strategy: Strategy, options: object = {}, space: (typeof FUSION_SPACES)[number] = 'DELTA') =>
    fuseAdapters({
      strategy,
      strategies: all,
      options,
      adapters: space === 'DELTA' || space === 'CORE' ? mixed : framed,
      weights,
      space,
      name: 'x',
    });

  it.each(FUSION_SPACES)('that changes nothing gives the bytes of the rule, in %s space', async (space) => {
    for (const [id, inner] of [
      ['testSum', {}],
      ['trimmed', { share: 0.25 }],
    ] as const) {
      const tensors = tf.memory().numTensors;
      const alone = await fuse(all.get(id)!, inner, space);
      const wrapped = await fuse(identity, { rule: { [id]: inner } }, space);
      for (const [module, { a, b }] of alone.factors) expect(wrapped.factors.get(module)).toMatchObject({ a, b });
      expect(wrapped.outcome.options).toEqual({ factor: 2, rule: { [id]: inner } });
      expect(tf.memory().numTensors).toBe(tensors);
    }
  });

  it.each(['DELTA', 'CORE'] as const)(
    'of linear coordinates gives what a linear rule gives, in %s space',
    async (space) => {
      for (const rule of ['testSum', 'testMean', 'ofFactors']) {
        const alone = await fuse(all.get(rule)!, {}, space);
        const log: string[] = [];
        const wrapped = await fuseAdapters({
          strategy: doubled,
          strategies: all,
          options: { rule: { [rule]: {} } },
          adapters: mixed,
          weights,
          space,
          onLog: (line) => log.push(line),
        });
        expect(distance(wrapped.deltas, alone.deltas)).toBeLessThan(1e-6);
        expect(log).toEqual([]);
      }
    },
  );

  it('wraps its default rule where none is given, and nests', async () => {
    const alone = await fuse(testSum);
    expect(distance((await fuse(doubled)).deltas, alone.deltas)).toBeLessThan(1e-6);
    const nested = await fuse(doubled, { factor: 3, rule: { identity: { rule: { testSum: {} } } } });
    expect(distance(nested.deltas, alone.deltas)).toBeLessThan(1e-6);
    expect(nested.outcome.options).toEqual({ factor: 3, rule: { identity: { factor: 2, rule: { testSum: {} } } } });
  });

  it('runs the survey of what it wraps over the wrapped modules', async () => {
    // The lower half is twice as large, so that with a threshold of half the greatest nothing of the upper half is left but what is largest.
    const outcome = await fuse(doubled, { rule: { trimmed: { share: 0.9 } } });
    const nonzero = [...outcome.deltas.values()].flatMap(({ data }) => [...data].filter((x) => Math.abs(x) > 1e-6));
    expect(nonzero.length).toBeGreaterThan(0);
    expect(nonzero.length).toBeLessThan(60);
    const untouched = await fuse(doubled, { rule: { trimmed: { share: 0 } } });
    expect(untouched.outcome.timings.map(({ phase }) => phase)).toContain('SURVEY');
  });

  it.each<[string, WrapperStrategy, string]>([
    ['no restore', wrapper('w', () => ({ vectors: [] }) as unknown as WrappedModule), 'has no restore'],
    [
      'too few members',
      wrapper('w', () => ({ vectors: [], restore: () => ({ kind: 'vectors', vectors: [] }) })),
      'expected wrapped vectors of 2 members, got 0',
    ],
    [
      'members of unequal shapes',
      wrapper('w', ({ members }) => ({
        vectors: members.map((_, i) => [tf.zeros<tf.Rank.R2>([1 + i, 2])]),
        restore: (vectors) => ({ kind: 'vectors', vectors }),
      })),
      'wrapped vectors of member 1 have shapes [2, 2], expected [1, 2]',
    ],
    [
      'a result of another shape than the module',
      wrapper('w', ({ members }) => ({
        vectors: members.map(() => [tf.zeros<tf.Rank.R2>([1, 2])]),
        restore: (vectors) => ({ kind: 'vectors', vectors }),
      })),
      'vector 0 has shape [1, 2], expected [12, 20]',
    ],
  ])('is refused for %s', async (_, strategy, message) => {
    const before = tf.memory().numTensors;
    const error = await fuse(strategy).catch((reason: unknown) => reason);
    expect((error as Error).message).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the option `rule`', () => {
  const elementwise = { ...doubled, wraps: 'ELEMENTWISE' as const };
  const issues = (
    strategy: Strategy,
    options: unknown,
    strategies?: ReadonlyMap<string, Strategy>,
  ): readonly string[] => {
    const checked = checkOptions(strategy, options, strategies);
    return checked.ok ? [] : checked.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };

  it.each<[string, Strategy, unknown, readonly string[]]>([
    [
      'an unknown strategy',
      elementwise,
      { rule: { tiez: {} } },
      ['rule.tiez: there is no strategy "tiez"; choose one of testMean, testSum, trimmed'],
    ],
    [
      'a rule that does not treat every entry alike',
      elementwise,
      { rule: { ofFactors: {} } },
      [
        'rule.ofFactors: "doubled" changes the coordinates that are merged in, and "ofFactors" does not treat every entry alike; choose one of testMean, testSum, trimmed',
      ],
    ],
    [
      'a search',
      doubled,
      { rule: { search: {} } },
      [
        'rule.search: "search" is a search, which no rule can wrap; choose one of identity, ofFactors, testMean, testSum, trimmed',
      ],
    ],
    [
      'an output per adapter',
      doubled,
      { rule: { each: {} } },
      [
        'rule.each: "each" has an output for each adapter, which no rule can wrap; choose one of identity, ofFactors, testMean, testSum, trimmed',
      ],
    ],
    [
      'a rule that needs statistics',
      doubled,
      { rule: { counting: {} } },
      [
        'rule.counting: "counting" needs statistics, which no wrapped rule gets; choose one of identity, ofFactors, testMean, testSum, trimmed',
      ],
    ],
    [
      'itself',
      doubled,
      { rule: { doubled: {} } },
      ['rule.doubled: "doubled" cannot wrap itself; choose one of identity, ofFactors, testMean, testSum, trimmed'],
    ],
    [
      'an option of the inner rule that is out of range, beside one of its own',
      doubled,
      { factor: 'x', rule: { trimmed: { share: 2 } } },
      ['factor: got "x", expected a finite number', 'rule.trimmed.share: got 2, expected at most 1'],
    ],
    [
      'an unknown option of the inner rule',
      doubled,
      { rule: { trimmed: { density: 2 } } },
      ['rule.trimmed.density: unknown option; there are share'],
    ],
    ['an unknown option of its own', doubled, { density: 2 }, ['density: unknown option; there are factor, rule']],
    [
      'two rules',
      doubled,
      { rule: { testSum: {}, trimmed: {} } },
      ['rule: expected exactly one strategy, got testSum, trimmed'],
    ],
    ['no rule', doubled, { rule: {} }, ['rule: expected exactly one strategy, got none']],
    ['no object', doubled, { rule: 'ties' }, ['rule: expected an object like { ties: {} }']],
    [
      'too deep a nest',
      doubled,
      { rule: { identity: { rule: { doubled: { rule: { identity: {} } } } } } },
      ['rule.identity.rule.doubled.rule.identity.rule.testSum: wrappers nest 3 deep at most'],
    ],
    [
      'a rule of a strategy that wraps none',
      testSum,
      { rule: { trimmed: {} } },
      ['rule: unknown option; there are none'],
    ],
  ])('is refused for %s', (_, strategy, options, expected) => {
    expect(issues(strategy, options, all)).toEqual(expected);
  });

  it('cannot be checked without a directory, and says so', () => {
    expect(issues(doubled, {})).toEqual([
      'rule.testSum: "testSum" cannot be looked up: no other strategies are known here',
    ]);
    expect(issues(doubled, {}, new Map())).toEqual([
      'rule.testSum: there is no strategy "testSum"; none is installed that fits',
    ]);
  });

  it('fills in the defaults of what it names, and parses to itself', () => {
    const options = parseOptions(doubled, { rule: { trimmed: {} } }, all);
    expect(options).toEqual({ factor: 2, rule: { trimmed: { share: 0.5 } } });
    expect(parseOptions(doubled, options, all)).toEqual(options);
  });

  it('brings the needs and spaces of what it names with it', () => {
    const picky = { ...ofFactors, id: 'picky', needs: { minAdapters: 3, order: 'MATTERS' }, spaces: ['CORE'] };
    const strategies = directory(doubled, picky as unknown as Strategy);
    const members = mixed.map(({ manifest }) => ({ name: manifest.name, manifest, weight: 1 }));
    const check = { strategy: doubled, strategies, options: { rule: { picky: {} } }, members };
    expect(checkFusion(check).map(({ code }) => code)).toEqual(['TOO_FEW_ADAPTERS']);
    expect(resolveSpace(check)).toBe('CORE');
    expect(checkFusion({ ...check, space: 'DELTA' }).map(({ code }) => code)).toEqual([
      'TOO_FEW_ADAPTERS',
      'SPACE_NOT_OFFERED',
    ]);
    expect(checkFusion({ ...check, options: { rule: { nope: {} } } }).map(({ code, path }) => [code, path])).toEqual([
      ['OPTIONS_INVALID', ['options', 'rule', 'nope']],
    ]);
  });
});
