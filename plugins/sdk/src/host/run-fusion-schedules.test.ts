import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Strategy } from '../contract/strategy.js';
import { defineModuleStrategy, defineWrapperStrategy } from '../definition/define-strategy.js';
import { definePlugin } from '../definition/define-plugin.js';
import { describeSchedules } from '../options/describe-schedules.js';
import { checkOptions } from '../options/parse-options.js';
import { scheduleLimits } from '../options/schedule.js';
import { fuseAdapters, type FusedForTest } from '../testing/fuse-adapters.js';
import { syntheticAdapter } from '../testing/synthetic-adapters.js';
import { checkFusion } from './check/check-fusion.js';
import { interpolate, scheduleModules } from './fusion/schedule-modules.js';

const describing = {
  title: 'x',
  description: 'x',
  references: [{ title: 'x' }],
  needs: { minAdapters: 1, order: 'INVARIANT' as const },
  spaces: ['DELTA'] as const,
};

const schema = z
  .object({
    factor: z.number().min(0).max(10).default(1).describe('x'),
    count: z.int().min(0).max(100).default(1).describe('x'),
    name: z.string().default('x').describe('x'),
  })
  .refine(({ factor, count }) => factor + count <= 100, 'factor and count are more than 100');

/** Coefficients that say what the strategy saw: options and weights of the member, the module and the run. */
const rule = defineModuleStrategy<typeof schema, { readonly total: number }, number>({
  ...describing,
  id: 'rule',
  schedulable: ['factor', 'count'],
  options: schema,
  survey: {
    rounds: 1,
    start: () => ({ total: 0 }),
    observe: ({ options, weights }) => options.factor * weights[0]!,
    combine: (seen, { total }) => ({ total: seen.reduce((sum, x) => sum + x, total) }),
  },
  fuseModule: ({ members, options, weights }, { total }) => ({
    kind: 'combination',
    coefficients: members.map(
      ({ weight, options: own }) => weight * own.factor + 10 * options.factor + 100 * own.count + weights[0]! + total,
    ),
  }),
}) as unknown as Strategy;

/** Multiplies what it wraps by its own factor. */
const times: Strategy = defineWrapperStrategy({
  ...describing,
  id: 'times',
  schedulable: ['own'],
  wraps: 'ANY',
  defaultRule: { rule: {} },
  options: z.object({ own: z.number().default(1).describe('x') }),
  wrapModule: ({ members, options: { own } }, { tf }) => ({
    vectors: members.map(({ vectors }) => vectors.map((vector) => tf.mul(vector, own))),
    restore: (vectors) => ({ kind: 'vectors', vectors }),
  }),
}) as unknown as Strategy;
const strategies = new Map([rule, times].map((strategy) => [strategy.id, strategy]));

const modules = ['layers.0.a', 'layers.0.b', 'layers.1.a', 'layers.2.a', 'lm_head'].map((name) => ({
  name,
  outFeatures: 4,
  inFeatures: 3,
}));
const adapters = [1, 2].map((seed) => syntheticAdapter({ seed, rank: 2, modules }));

const fuse = (options: object, weights: readonly number[] = [1, 2], strategy = rule): Promise<FusedForTest> =>
  fuseAdapters({ strategy, strategies, adapters, options, weights, space: 'DELTA' });

/** What the strategy saw, module by module. */
const settings = (options: Record<string, unknown>, weights: readonly number[] = [1, 2], strategy = rule) => {
  const parsed = checkOptions(strategy, options, strategies);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const names = modules.map(({ name }) => name);
  const schedule = scheduleModules({ strategy, strategies, options: parsed.options, modules: names, weights })!;
  return names.map((_, index) => schedule.at(index));
};

describe('schedules', () => {
  it('of one value give what the option itself gives, to the bit', async () => {
    const scheduled = await fuse({
      schedules: [
        { parameter: 'factor', values: [2.5] },
        { parameter: 'count', modules: '*', values: [3] },
        { parameter: 'weight', adapter: 1, values: [0.3, 0.3, 0.3] },
      ],
    });
    const plain = await fuse({ factor: 2.5, count: 3 }, [1, 0.3]);
    expect(scheduled.factors).toEqual(plain.factors);
    const [first] = settings({ schedules: [{ parameter: 'factor', values: [2.5] }] });
    expect(first).toEqual({
      options: { factor: 2.5, count: 1, name: 'x' },
      weights: [1, 2],
      adapterOptions: [
        { factor: 2.5, count: 1, name: 'x' },
        { factor: 2.5, count: 1, name: 'x' },
      ],
    });
  });

  it('of several values are straight lines over depth, 0 before the layers and 1 behind', () => {
    const all = settings({
      schedules: [
        { parameter: 'factor', values: [1, 2, 5] },
        { parameter: 'count', values: [0, 7] },
      ],
    });
    expect(all.map(({ options }) => options['factor'])).toEqual([1, 1, 2, 5, 5]);
    // Of an integer the nearest: 3.5 is 4.
    expect(all.map(({ options }) => options['count'])).toEqual([0, 0, 4, 7, 7]);
  });

  it('of several that match the first wins, by adapter and by module', () => {
    const all = settings({
      factor: 9,
      schedules: [
        { parameter: 'factor', adapter: 1, modules: 'layers.0.*', values: [1] },
        { parameter: 'factor', modules: '*.a', values: [2] },
        { parameter: 'factor', adapter: 0, values: [3] },
        { parameter: 'weight', adapter: 0, modules: 'lm_head', values: [-1] },
        { parameter: 'weight', modules: 'l*', values: [4] },
      ],
    });
    const factors = all.map(({ adapterOptions }) => adapterOptions.map((options) => options['factor']));
    expect(factors).toEqual([
      [2, 1],
      [3, 1],
      [2, 2],
      [2, 2],
      [3, 9],
    ]);
    expect(all.map(({ options }) => options['factor'])).toEqual([2, 9, 2, 2, 9]);
    expect(all.map(({ weights }) => weights)).toEqual([
      [4, 4],
      [4, 4],
      [4, 4],
      [4, 4],
      [-1, 4],
    ]);
  });

  it('reach the rule that a wrapper wraps, each with its own parameters', async () => {
    const options = {
      schedules: [
        { parameter: 'own', values: [1, 3] },
        { parameter: 'weight', adapter: 0, values: [0.5] },
      ],
      rule: { rule: { schedules: [{ parameter: 'factor', adapter: 1, modules: '*.a', values: [7] }] } },
    };
    const all = settings(options, [1, 2], times);
    expect(all.map(({ options: { own } }) => own)).toEqual([1, 1, 2, 3, 3]);
    expect(all[0]).toEqual({
      options: { own: 1, rule: { rule: { factor: 1, count: 1, name: 'x' } } },
      weights: [0.5, 2],
      adapterOptions: [
        { own: 1, rule: { rule: { factor: 1, count: 1, name: 'x' } } },
        { own: 1, rule: { rule: { factor: 7, count: 1, name: 'x' } } },
      ],
    });
    const { outcome } = await fuse(options, [1, 2], times);
    expect(outcome.options).toEqual({
      own: 1,
      schedules: options.schedules,
      rule: { rule: { factor: 1, count: 1, name: 'x', ...options.rule.rule } },
    });
  });

  it('are part of the options that were used, and leave no trace where there are none', async () => {
    const schedules = [{ parameter: 'factor', adapter: 1, values: [2] }];
    const { outcome, manifest } = await fuse({ schedules: [{ ...schedules[0], modules: null }] });
    expect(outcome.options['schedules']).toEqual(schedules);
    expect(JSON.parse(String(manifest.provenance!['options']))).toEqual(outcome.options);
    const [none, empty] = [await fuse({}), await fuse({ schedules: [] })];
    expect(empty.outcome.digest).toBe(none.outcome.digest);
    expect(none.outcome.options).not.toHaveProperty('schedules');
  });

  it.each<[string, Strategy, object, readonly string[]]>([
    [
      'an option that may not be scheduled',
      rule,
      { schedules: [{ parameter: 'name', values: [1] }] },
      [
        'options.schedules.0.parameter: Option "schedules.0.parameter" of "rule": "name" of "rule" cannot be scheduled; choose weight, factor, count.',
      ],
    ],
    [
      'a value out of the range of its option',
      rule,
      { schedules: [{ parameter: 'factor', values: [1, 11] }] },
      ['options.schedules.0.values.1: Option "schedules.0.values.1" of "rule": got 11, expected at most 10.'],
    ],
    [
      'a weight that would overflow',
      rule,
      { schedules: [{ parameter: 'weight', values: [1, 1e308] }] },
      ['options.schedules.0.values.1: Option "schedules.0.values.1" of "rule": got 1e+308, expected at most 1000000.'],
    ],
    [
      'a broken integer',
      rule,
      { schedules: [{ parameter: 'count', values: [0.5] }] },
      ['options.schedules.0.values.0: Option "schedules.0.values.0" of "rule": got 0.5, expected a whole number.'],
    ],
    [
      'an adapter that is not there',
      rule,
      { schedules: [{ parameter: 'weight', adapter: 2, values: [1] }] },
      ['options.schedules.0.adapter: Option "schedules.0.adapter" of "rule": got 2, and there are 2 adapters, from 0.'],
    ],
    [
      'a weight within a wrapper',
      times,
      { rule: { rule: { schedules: [{ parameter: 'weight', values: [1] }] } } },
      [
        'options.rule.rule.schedules.0.parameter: Option "rule.rule.schedules.0.parameter" of "times": "weight" of "rule" cannot be scheduled; choose factor, count.',
      ],
    ],
    [
      'an adapter that is not there, within a wrapper',
      times,
      { rule: { rule: { schedules: [{ parameter: 'count', adapter: 5, values: [1] }] } } },
      [
        'options.rule.rule.schedules.0.adapter: Option "rule.rule.schedules.0.adapter" of "times": got 5, and there are 2 adapters, from 0.',
      ],
    ],
    [
      'one adapter, of an option that is read for all at once',
      { ...rule, perAdapter: ['count'] } as Strategy,
      { schedules: ['count', 'factor', 'weight'].map((parameter) => ({ parameter, adapter: 1, values: [1] })) },
      [
        'options.schedules.1.adapter: Option "schedules.1.adapter" of "rule": "factor" of "rule" is one for all adapters; leave adapter out.',
      ],
    ],
    [
      'no values',
      rule,
      { schedules: [{ parameter: 'weight', values: [] }] },
      ['options.schedules.0.values: Option "schedules.0.values" of "rule": got 0 entries, expected at least 1.'],
    ],
    [
      'an unknown field',
      rule,
      { schedules: [{ parameter: 'weight', layers: 2, values: [1] }] },
      ['options.schedules.0: Option "schedules.0" of "rule": unknown: layers.'],
    ],
    [
      'too many values',
      rule,
      { schedules: [{ parameter: 'weight', values: Array.from({ length: scheduleLimits.values + 1 }, () => 1) }] },
      ['options.schedules.0.values: Option "schedules.0.values" of "rule": got 257 entries, expected at most 256.'],
    ],
    [
      'too many schedules',
      rule,
      { schedules: Array.from({ length: scheduleLimits.count + 1 }, () => ({ parameter: 'weight', values: [1] })) },
      ['options.schedules: Option "schedules" of "rule": got 257 entries, expected at most 256.'],
    ],
    [
      'too long a pattern',
      rule,
      { schedules: [{ parameter: 'weight', modules: 'x'.repeat(scheduleLimits.patternCharacters + 1), values: [1] }] },
      [
        'options.schedules.0.modules: Option "schedules.0.modules" of "rule": got 513 characters, expected at most 512.',
      ],
    ],
  ])('are refused for %s', (_, strategy, options, expected) => {
    const members = adapters.map(({ manifest }) => ({ name: manifest.name, manifest, weight: 1 }));
    const issues = checkFusion({ strategy, strategies, options, members });
    expect(issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(expected);
  });

  it.each<[string, object, string, string]>([
    [
      'a pattern that matches no module',
      { schedules: [{ parameter: 'weight', modules: '*.mlp.*', values: [1] }] },
      'FUSION_SCHEDULE_UNMATCHED',
      'options of "rule", schedules.0.modules: "*.mlp.*" matches no module; one is "layers.0.a"',
    ],
    [
      'values that do not go together in some module',
      { factor: 10, schedules: [{ parameter: 'count', values: [0, 100] }] },
      'STRATEGY_INVALID_OPTIONS',
      'factor and count are more than 100',
    ],
  ])('are refused in a run for %s', async (_, options, code, message) => {
    const error = await fuse(options).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toContain(message);
  });

  it('are not for options that are no numbers: such a plugin is refused', () => {
    for (const name of ['name', 'nope']) {
      const strategy = { ...rule, schedulable: [name] } as Strategy;
      expect(() => definePlugin({ strategies: [strategy] })).toThrow(`"${name}" is schedulable`);
    }
    const unlisted = { ...rule, perAdapter: ['name'] } as Strategy;
    expect(() => definePlugin({ strategies: [unlisted] })).toThrow('"name" is in perAdapter and not in schedulable');
  });
});

describe('describeSchedules', () => {
  it('describes for a form what the check takes', () => {
    const described = describeSchedules(rule)!;
    expect(described).toMatchObject({ name: 'schedules', type: 'LIST', default: [], required: false });
    const fields = described.item!.nested!;
    expect(fields.map(({ name, type, required }) => [name, type, required])).toEqual([
      ['parameter', 'ENUM', true],
      ['adapter', 'INT', false],
      ['modules', 'STRING', false],
      ['values', 'LIST', true],
    ]);
    for (const parameter of fields[0]!.values!) {
      expect(checkOptions(rule, { schedules: [{ parameter, values: [1] }] }).ok).toBe(true);
    }
  });

  it('describes nothing of a search', () => {
    expect(describeSchedules({ kind: 'SEARCH' })).toBeUndefined();
  });
});

describe('interpolate', () => {
  it.each([
    [[3], 0.4, 3],
    [[0, 1], 0, 0],
    [[0, 1], 1, 1],
    [[0, 1], 0.25, 0.25],
    [[1, 2, 5], 0.75, 3.5],
    [[0.1, 0.1, 0.1], 0.3, 0.1],
  ] as const)('%j at %d is %d', (values, t, expected) => {
    expect(interpolate(values, t)).toBe(expected);
  });
});
