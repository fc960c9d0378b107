import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isCrucibleError } from '@crucible/engine/errors';
import type { ModuleStrategy } from '../contract/strategy.js';
import { definePlugin, isPlugin } from './define-plugin.js';
import { defineModuleStrategy, defineSearchStrategy, defineWrapperStrategy } from './define-strategy.js';

const reference = { title: 'Editing models with task arithmetic', arxiv: '2212.04089' };

const sum = defineModuleStrategy({
  id: 'weightedSum',
  title: 'Weighted sum',
  description: 'Adds task vectors.',
  references: [reference],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA'],
  options: z.object({ lambda: z.number().min(0).default(1).describe('Factor on the sum.') }),
  fuseModule: ({ members, options }) => ({ kind: 'combination', coefficients: members.map(() => options.lambda) }),
});

const withSurvey = defineModuleStrategy({
  ...sum,
  id: 'surveyed',
  survey: {
    rounds: 1,
    start: () => ({ total: 0 }),
    observe: ({ members }) => members.length,
    combine: (observations, state) => ({ total: state.total + observations.reduce((a, b) => a + b, 0) }),
  },
  fuseModule: ({ members, options }, { total }) => ({
    kind: 'combination',
    coefficients: members.map(() => options.lambda / total),
  }),
});

const search = defineSearchStrategy({
  ...sum,
  id: 'search',
  check: () => [],
  options: z.object({ shots: z.int().min(1).default(5).describe('Examples.') }),
  shots: ({ shots }) => shots,
  search: async ({ weights }) => ({ coefficients: weights, trace: [] }),
});

const wrapper = defineWrapperStrategy({
  ...sum,
  id: 'wrapper',
  wraps: 'ELEMENTWISE',
  defaultRule: { weightedSum: {} },
  wrapModule: ({ members }) => ({
    vectors: members.map(({ vectors }) => vectors),
    restore: (vectors) => ({ kind: 'vectors', vectors }),
  }),
});

const refusal = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (isCrucibleError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
};

describe('definePlugin', () => {
  it('brands and freezes what it accepts', () => {
    const plugin = definePlugin({ strategies: [sum, withSurvey, search, wrapper] });
    expect(isPlugin(plugin)).toBe(true);
    expect(Object.isFrozen(plugin) && Object.isFrozen(plugin.strategies)).toBe(true);
    expect(plugin.strategies.map(({ kind }) => kind)).toEqual(['MODULE', 'MODULE', 'SEARCH', 'WRAPPER']);
  });

  it('recognizes a plugin of another copy of the SDK by its brand', () => {
    expect(isPlugin({ [Symbol.for('crucible.plugin.v1')]: true })).toBe(true);
    expect(isPlugin({ strategies: [sum] })).toBe(false);
  });

  const wrong = (change: object): ModuleStrategy => ({ ...sum, ...change }) as unknown as ModuleStrategy;
  it.each([
    ['nothing defined', {}, 'neither a strategy nor'],
    ['an id twice', { strategies: [sum, sum] }, '"weightedSum" twice'],
    ['an id that is no GraphQL field', { strategies: [wrong({ id: 'Weighted-Sum' })] }, 'camelCase'],
    ['no reference', { strategies: [wrong({ references: [] })] }, 'no reference'],
    ['no description', { strategies: [wrong({ description: ' ' })] }, 'no description'],
    ['an unknown space', { strategies: [wrong({ spaces: ['WEIGHT'] })] }, 'unknown spaces WEIGHT'],
    ['a space twice', { strategies: [wrong({ spaces: ['DELTA', 'DELTA'] })] }, 'twice'],
    ['no adapters needed', { strategies: [wrong({ needs: { minAdapters: 0, order: 'INVARIANT' } })] }, 'minAdapters'],
    ['options that are no zod object', { strategies: [wrong({ options: { lambda: 1 } })] }, 'not a zod object'],
    [
      'an option without a description',
      { strategies: [wrong({ options: z.object({ lambda: z.number().default(1) }) })] },
      'no description',
    ],
    [
      'an option without a default',
      { strategies: [wrong({ options: z.object({ lambda: z.number().describe('x') }) })] },
      'no default',
    ],
    [
      'a default that its own rule refuses',
      { strategies: [wrong({ options: z.object({ lambda: z.number().max(1).prefault(2).describe('x') }) })] },
      'defaults are invalid',
    ],
    [
      'a union',
      { strategies: [wrong({ options: z.object({ a: z.union([z.number(), z.string()]).default(1).describe('x') }) })] },
      'PLUGIN_UNSUPPORTED_OPTION',
    ],
    [
      'a date',
      { strategies: [wrong({ options: z.object({ a: z.date().describe('x') }) })] },
      'PLUGIN_UNSUPPORTED_OPTION',
    ],
    [
      'an option of the platform’s',
      { strategies: [wrong({ options: z.object({ schedules: z.number().default(1).describe('x') }) })] },
      'the platform adds an option of that name',
    ],
    ['a wrapper without wrapModule', { strategies: [{ ...wrapper, wrapModule: undefined as never }] }, 'no wrapModule'],
    ['a wrapper of nothing', { strategies: [{ ...wrapper, defaultRule: {} }] }, 'defaultRule names one strategy'],
    ['a wrapper of what it does not say', { strategies: [{ ...wrapper, wraps: 'ALL' as never }] }, 'ELEMENTWISE rules'],
    ['a search of many outputs', { strategies: [{ ...search, outputs: 'PER_ADAPTER' }] }, 'an output for each adapter'],
    [
      'a gradient of a rule that searches nothing',
      { strategies: [wrong({ needs: { minAdapters: 1, order: 'INVARIANT', gradient: true } })] },
      'only a search has a gradient',
    ],
    [
      'a linearized method that trains A',
      {
        adapterMethods: [
          {
            id: 'X',
            title: 'x',
            description: 'x',
            references: [reference],
            trainable: 'A_AND_B',
            linearization: 'MODULE',
          },
        ],
      },
      'trains B alone',
    ],
    [
      'whole weights linearized module by module',
      {
        adapterMethods: [
          {
            id: 'X',
            title: 'x',
            description: 'x',
            references: [reference],
            trainable: 'WEIGHTS',
            linearization: 'MODULE',
          },
        ],
      },
      'linear in its weights',
    ],
    [
      'a method of an older SDK',
      {
        adapterMethods: [
          { id: 'X', title: 'x', description: 'x', references: [reference], trainable: 'B', linearized: true } as never,
        ],
      },
      'it linearizes one of NONE, MODULE, NETWORK',
    ],
  ] as const)('refuses %s', (_, definition, expected) => {
    expect(refusal(() => definePlugin(definition))).toContain(expected);
  });

  it('accepts an option that is required on purpose', () => {
    const options = z.object({ target: z.number().describe('x').meta({ 'x-required': true }) });
    expect(refusal(() => definePlugin({ strategies: [wrong({ options })] }))).toBe('accepted');
  });
});
