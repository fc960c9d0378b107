import 'reflect-metadata';
import { defineModuleStrategy, definePlugin, defineWrapperStrategy, parseOptions, type Strategy } from '@crucible/sdk';
import type { LoadedPlugin, PluginRegistry } from '@crucible/sdk/host';
import {
  buildSchema,
  execute,
  type GraphQLSchema,
  parse,
  printType,
  validate,
  validateSchema,
  type ExecutionResult,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { extendSchema } from './extend-schema.js';
import { readStrategyInput } from './read-strategy-input.js';
import { ruleLiteral } from './rule-literal.js';
import { appliedOptions } from './applied-options.js';
import { typeStrategies } from './strategy-types.js';

const define = (id: string, options: z.ZodObject): Strategy =>
  defineModuleStrategy({
    id,
    title: `Title of ${id}`,
    description: `Description of ${id}.`,
    references: [{ title: 'A paper' }],
    needs: { minAdapters: 1, order: 'INVARIANT' },
    spaces: ['DELTA'],
    options,
    fuseModule: () => ({ kind: 'combination', coefficients: [] }),
  }) as Strategy;

function install(...packages: readonly (readonly [name: string, ...strategies: Strategy[]])[]): PluginRegistry {
  const plugins = packages.map(([name, ...strategies]): LoadedPlugin => ({
    name,
    version: '1.0.0',
    path: `/${name}`,
    status: 'LOADED',
    manifest: { sdk: '*', entry: './index.js', strategies: strategies.map(({ id }) => id) },
    plugin: definePlugin({ strategies }),
  }));
  const strategies = plugins.flatMap((plugin) =>
    plugin.plugin.strategies.map((strategy) => [strategy.id, { strategy, plugin }] as const),
  );
  return { plugins, strategies: new Map(strategies), adapterMethods: new Map() };
}

const full = define(
  'magPrune',
  z.object({
    density: z.number().min(0).max(1).default(0.2).describe('Share kept'),
    rounds: z.int().gt(0).default(3).describe('Rounds.'),
    preset: z.enum(['paper', 'magPrune']).default('paper').describe('Preset.'),
    clamp: z.number().nullable().default(null).describe('Bound.'),
    note: z.string().max(20).optional().describe('For people.'),
    perAdapter: z.array(z.number().min(0)).max(64).default([]).describe('One each.'),
    trim: z
      .object({ ties: z.enum(['keep', 'drop']).default('keep').describe('Ties.') })
      .prefault({})
      .describe('Trim.'),
  }),
);
const turned = {
  ...defineWrapperStrategy({
    id: 'turned',
    title: 'Turned',
    description: 'Turns.',
    references: [{ title: 'A paper' }],
    needs: { minAdapters: 1, order: 'INVARIANT' },
    spaces: ['DELTA'],
    wraps: 'ELEMENTWISE',
    defaultRule: { magPrune: {} },
    schedulable: ['angle'],
    options: z.object({ angle: z.number().default(1).describe('Angle.') }),
    wrapModule: () => ({ vectors: [], restore: () => ({ kind: 'vectors', vectors: [] }) }),
  }),
} as unknown as Strategy;
const empty = define('plain', z.object({}));

const staticSchema = (): GraphQLSchema =>
  buildSchema(`
    scalar StrategyInput scalar StrategyGridInput scalar StrategyOptions
    input FuseInput { strategy: StrategyInput! grids: [StrategyGridInput!] }
    type Query { fuse(input: FuseInput!): StrategyOptions! }
  `);

function build(registry: PluginRegistry): GraphQLSchema {
  const base = staticSchema();
  return extendSchema(base, typeStrategies(registry, new Set(Object.keys(base.getTypeMap()))));
}

describe('the typed strategy input', () => {
  const registry = install(['a-plugin', full], ['b-plugin', empty]);
  const schema = build(registry);
  const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<ExecutionResult> => {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const rootValue = {
      fuse: ({ input }: { input: { strategy: Record<string, unknown> } }) => {
        const { strategy, options } = readStrategyInput(input.strategy, registry.strategies);
        return appliedOptions(strategy, registry.strategies.get(strategy)!.strategy.options.strict().parse(options));
      },
    };
    return await execute({ schema, document, rootValue, variableValues: variables });
  };

  it('is a valid schema', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it.each([
    'StrategyInput',
    'MagPruneOptions',
    'MagPruneGrid',
    'AppliedMagPruneOptions',
    'MagPrunePreset',
    'StrategyOptions',
    'MagPruneTrimOptions',
    'PlainOptions',
  ])('prints %s', (name) => {
    expect(printType(schema.getType(name)!)).toMatchSnapshot();
  });

  it('fills in defaults and answers with the type of the strategy', async () => {
    const query = `{ fuse(input: { strategy: { magPrune: { density: 0.5, preset: MAG_PRUNE, note: null } } }) {
      __typename ... on AppliedMagPruneOptions { density rounds preset clamp note perAdapter trim { ties } } } }`;
    const { data } = await ask(query);
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      fuse: {
        __typename: 'AppliedMagPruneOptions',
        density: 0.5,
        rounds: 3,
        preset: 'MAG_PRUNE',
        clamp: null,
        note: null,
        perAdapter: [],
        trim: { ties: 'KEEP' },
      },
    });
  });

  it('takes variables as it takes literals', async () => {
    const query = 'query ($s: StrategyInput!) { fuse(input: { strategy: $s }) { __typename } }';
    const { data } = await ask(query, { s: { plain: {} } });
    expect(data).toEqual({ fuse: { __typename: 'AppliedPlainOptions' } });
  });

  it.each([
    ['{ }', 'exactly one'],
    ['{ plain: {}, magPrune: {} }', 'exactly one'],
    ['{ magPrun: {} }', 'Did you mean "magPrune"'],
    ['{ magPrune: { densit: 1 } }', 'Did you mean "density"'],
    ['{ magPrune: { preset: PAPR } }', 'Did you mean the enum value "PAPER"'],
    ['{ magPrune: { rounds: 1.5 } }', 'Int cannot represent non-integer value: 1.5'],
  ])('refuses %s', async (strategy, expected) => {
    const { errors } = await ask(`{ fuse(input: { strategy: ${strategy} }) { __typename } }`);
    expect(errors?.map(({ message }) => message).join(' ')).toContain(expected);
  });
});

describe('options that the platform adds', () => {
  const varied = { ...full, schedulable: ['density', 'rounds'], elementwise: true } as Strategy;
  const registry = install(['a-plugin', varied], ['b-plugin', turned]);
  const strategies = new Map([...registry.strategies].map(([id, { strategy }]) => [id, strategy]));
  const schema = build(registry);
  const read: unknown[] = [];
  const ask = async (query: string): Promise<ExecutionResult> => {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const rootValue = {
      fuse: ({ input }: { input: { strategy: Record<string, unknown> } }) => {
        const { strategy, options } = readStrategyInput(input.strategy, registry.strategies);
        read.push(options);
        return appliedOptions(strategy, parseOptions(strategies.get(strategy)!, options, strategies));
      },
    };
    return execute({ schema, document, rootValue });
  };

  it('make a valid schema, recursive as it is', () => {
    expect(validateSchema(schema)).toEqual([]);
  });

  it.each([
    'TurnedOptions',
    'AppliedTurnedOptions',
    'TurnedGrid',
    'TurnedScheduleInput',
    'TurnedScheduleParameter',
    'AppliedTurnedSchedule',
    'MagPruneScheduleParameter',
  ])('print %s', (name) => {
    expect(printType(schema.getType(name)!)).toMatchSnapshot();
  });

  it('are as typed as the strategy’s own, in and out, however deep', async () => {
    const { data, errors } = await ask(`{ fuse(input: { strategy: { turned: {
      schedules: [{ parameter: WEIGHT, adapter: 1, modules: "*.mlp.*", values: [1, 0.5] }, { parameter: ANGLE, adapter: null, values: 2 }]
      rule: { magPrune: { preset: MAG_PRUNE, note: null, schedules: [{ parameter: DENSITY, values: [0.5] }] } }
    } } }) { ... on AppliedTurnedOptions {
      angle schedules { parameter adapter modules values }
      rule { __typename ... on AppliedMagPruneOptions { density preset schedules { parameter adapter values } } }
    } } }`);
    expect(errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      fuse: {
        angle: 1,
        schedules: [
          { parameter: 'WEIGHT', adapter: 1, modules: '*.mlp.*', values: [1, 0.5] },
          { parameter: 'ANGLE', adapter: null, modules: null, values: [2] },
        ],
        rule: {
          __typename: 'AppliedMagPruneOptions',
          density: 0.2,
          preset: 'MAG_PRUNE',
          schedules: [{ parameter: 'DENSITY', adapter: null, values: [0.5] }],
        },
      },
    });
    expect(read.at(-1)).toMatchObject({
      schedules: [
        { parameter: 'weight', adapter: 1 },
        { parameter: 'angle', values: [2] },
      ],
      rule: { magPrune: { preset: 'magPrune', schedules: [{ parameter: 'density', values: [0.5] }] } },
    });
  });

  it('may be left out: the default rule, and no schedules', async () => {
    const query = `{ fuse(input: { strategy: { turned: { rule: null, schedules: [] } } }) {
      ... on AppliedTurnedOptions { schedules { values } rule { ... on AppliedMagPruneOptions { rounds } } } } }`;
    expect((await ask(query)).data).toEqual({ fuse: { schedules: [], rule: { rounds: 3 } } });
    expect(read.at(-1)).toEqual({ angle: 1 });
  });

  it.each([
    ['{ turned: { rule: { } } }', 'exactly one'],
    ['{ turned: { rule: { magPrun: {} } } }', 'Did you mean "magPrune"'],
    ['{ turned: { schedules: [{ parameter: DENSITY, values: [1] }] } }', 'Value "DENSITY" does not exist'],
    ['{ turned: { schedules: [{ parameter: ANGLE }] } }', 'Field "TurnedScheduleInput.values" of required type'],
  ])('refuse %s', async (strategy, expected) => {
    const { errors } = await ask(`{ fuse(input: { strategy: ${strategy} }) { __typename } }`);
    expect(errors?.map(({ message }) => message).join(' ')).toContain(expected);
  });
});

describe('a grid over what a wrapper wraps', () => {
  const varied = { ...full, schedulable: ['density'], elementwise: true } as Strategy;
  const { strategies } = install(['a-plugin', varied], ['b-plugin', turned]);

  it('reads each as the input of a strategy', () => {
    const rule = [{ magPrune: { density: 0.1, note: null } }, { magPrune: {} }];
    const { strategy, options } = readStrategyInput({ turned: { angle: [1, 2], rule } }, strategies);
    expect(strategy).toBe('turned');
    expect(options).toEqual({ angle: [1, 2], rule: [{ magPrune: { density: 0.1 } }, { magPrune: {} }] });
  });

  it('writes each as GraphQL does', () => {
    const schedules = [{ parameter: 'density', adapter: 1, modules: '*.mlp.*', values: [0.1, 1] }];
    const rule = { magPrune: { density: 0.1, preset: 'magPrune', trim: { ties: 'keep' }, schedules } };
    const written = ruleLiteral({ turned: { angle: 2, rule } }, strategies);
    expect(written).toBe(
      '{turned: {angle: 2, rule: {magPrune: {density: 0.1, preset: MAG_PRUNE, trim: {ties: KEEP}, ' +
        'schedules: [{parameter: DENSITY, adapter: 1, modules: "*.mlp.*", values: [0.1,1]}]}}}}',
    );
    expect(() => parse(`{ fuse(input: ${written}) { id } }`)).not.toThrow();
  });
});

describe('a plugin whose names do not fit', () => {
  it('is refused for a type that the schema has', () => {
    const registry = install(['bad', define('fuseInput', z.object({}))]);
    const typed = typeStrategies(registry, new Set(['FuseInputOptions']));
    expect(typed.strategies).toEqual([]);
    expect(typed.registry.strategies.size).toBe(0);
    expect(typed.registry.plugins[0]).toMatchObject({
      name: 'bad',
      status: 'FAILED',
      code: 'API_PLUGIN_NAME_TAKEN',
      reason:
        'the type name "FuseInputOptions" is already taken by the schema itself; rename the strategy or the option',
    });
  });

  it('is refused for a type that another plugin has, and harms only itself', () => {
    const first = define('ties', z.object({ grid: z.enum(['a']).default('a').describe('x') }));
    const second = define('tiesGrid', z.object({ a: z.enum(['x']).default('x').describe('x') }));
    const third = define('tie', z.object({ sOptions: z.enum(['a']).default('a').describe('x') }));
    const registry = install(['one', second], ['two', first], ['three', third]);
    const typed = typeStrategies(registry, new Set());
    expect(typed.registry.plugins.map(({ name, status }) => [name, status])).toEqual([
      ['one', 'LOADED'],
      ['two', 'FAILED'],
      ['three', 'LOADED'],
    ]);
    expect(validateSchema(build(registry))).toEqual([]);
  });

  it('is refused for two enum values that are spelled alike', () => {
    const strategy = define(
      'twice',
      z.object({ mode: z.enum(['magPrune', 'mag_prune']).default('magPrune').describe('x') }),
    );
    const [plugin] = typeStrategies(install(['twice', strategy]), new Set()).registry.plugins;
    expect(plugin).toMatchObject({ status: 'FAILED', code: 'API_PLUGIN_NAME_TAKEN' });
  });
});
