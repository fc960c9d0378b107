import { describeOptions, type Strategy } from '@crucible/sdk';
import type { LoadedPlugin, PluginListing, PluginRegistry } from '@crucible/sdk/host';
import { isCrucibleError } from '@crucible/engine/errors';
import {
  assertEnumValueName,
  assertName,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLUnionType,
  type GraphQLInputFieldConfig,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { apiErrors } from '../errors/api-errors.js';
import { strategyOf } from './applied-options.js';
import { hostFields, type StrategyTypes } from './host-fields.js';
import { optionTypes, type OptionTypes } from './option-types.js';
import { pascalCase } from './type-names.js';

export interface TypedStrategy {
  readonly strategy: Strategy;
  readonly types: OptionTypes;
}

export interface TypedRegistry {
  readonly registry: PluginRegistry;
  readonly strategies: readonly TypedStrategy[];
  /** `StrategyInput` and `StrategyOptions`, which wrappers refer to. */
  readonly types: StrategyTypes;
}

/**
 * Gives each installed strategy its GraphQL types. A plugin whose names collide with the schema's, with another plugin's, or are no
 * GraphQL names is turned to FAILED with the reason, and its strategies are left out; nothing else changes.
 *
 * @param taken Names of the types that the schema has without plugins.
 * @param uninstalled Types of the options of strategies that are gone: runs outlive their strategies.
 */
export function typeStrategies(
  registry: PluginRegistry,
  taken: ReadonlySet<string>,
  uninstalled: readonly GraphQLObjectType[] = [],
): TypedRegistry {
  const holders = new Map<string, string>([...taken].map((name) => [name, 'the schema itself']));
  const strategies: TypedStrategy[] = [];
  const failed = new Map<string, PluginListing>();
  const all = strategyTypes(strategies, uninstalled);
  for (const plugin of registry.plugins) {
    if (plugin.status !== 'LOADED') continue;
    try {
      const typed = typesOf(plugin, holders, all);
      for (const { types } of typed) for (const { name } of types.named) holders.set(name, `plugin ${plugin.name}`);
      strategies.push(...typed);
    } catch (error) {
      failed.set(plugin.name, failure(plugin, error));
    }
  }
  return { registry: failed.size === 0 ? registry : without(registry, failed), strategies, types: all };
}

/** Built before their members are known: the fields are asked for only when the schema is complete. */
function strategyTypes(strategies: readonly TypedStrategy[], uninstalled: readonly GraphQLObjectType[]): StrategyTypes {
  return {
    input: new GraphQLInputObjectType({
      name: 'StrategyInput',
      description: 'A fusion strategy and its options: exactly one field, one per installed strategy.',
      isOneOf: true,
      fields: () => fieldsOf(strategies, 'input'),
    }),
    applied: new GraphQLUnionType({
      name: 'StrategyOptions',
      description: 'Options that a run used, defaults filled in; one type per installed strategy.',
      types: () => [...strategies.map(({ types }) => types.applied), ...uninstalled],
    }),
    has: (id) => strategies.some(({ strategy }) => strategy.id === id),
  };
}

/** One field per strategy. */
export function fieldsOf(
  strategies: readonly TypedStrategy[],
  part: 'input' | 'grid',
): Record<string, GraphQLInputFieldConfig> {
  return Object.fromEntries(
    strategies.map(({ strategy, types }) => [
      strategy.id,
      { type: types[part], description: `${strategy.title}. ${strategy.description}` },
    ]),
  );
}

function typesOf(
  plugin: LoadedPlugin,
  holders: ReadonlyMap<string, string>,
  all: StrategyTypes,
): readonly TypedStrategy[] {
  const own = new Set<string>();
  return plugin.plugin.strategies.map((strategy) => {
    const types = optionTypes(
      pascalCase(strategy.id),
      strategy.title,
      describeOptions(strategy.options),
      (value) => strategyOf(value) === strategy.id,
      hostFields(strategy, all),
    );
    for (const type of types.named) {
      const holder = own.has(type.name) ? 'the same plugin' : holders.get(type.name);
      if (holder !== undefined) throw apiErrors.pluginNameTaken({ kind: 'type name', name: type.name, holder });
      own.add(type.name);
      assertNames(type);
    }
    return { strategy, types };
  });
}

/** `getFields` builds the fields, and graphql-js checks each name there; what it lets through is checked as `validateSchema` would. */
function assertNames(type: GraphQLNamedType): void {
  try {
    assertName(type.name);
    if (type.name.startsWith('__')) throw new Error('two leading underscores are kept for introspection');
    if (type instanceof GraphQLEnumType) for (const { name } of type.getValues()) assertEnumValueName(name);
    else if ('getFields' in type) {
      for (const name of Object.keys(type.getFields())) {
        assertName(name);
        if (name.startsWith('__')) throw new Error(`the field "${name}" has two leading underscores`);
      }
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw apiErrors.pluginNameInvalid({ name: type.name, problem }, error);
  }
}

function failure(plugin: LoadedPlugin, error: unknown): PluginListing {
  const { name, version, description, licence, path, manifest } = plugin;
  return {
    name,
    version,
    ...(description === undefined ? {} : { description }),
    ...(licence === undefined ? {} : { licence }),
    path,
    manifest,
    status: 'FAILED',
    code: isCrucibleError(error) ? error.code : apiErrors.pluginNameInvalid.entry.code,
    reason: error instanceof Error ? error.message : String(error),
  };
}

function without(registry: PluginRegistry, failed: ReadonlyMap<string, PluginListing>): PluginRegistry {
  return {
    plugins: registry.plugins.map((plugin) => failed.get(plugin.name) ?? plugin),
    strategies: new Map([...registry.strategies].filter(([, { plugin }]) => !failed.has(plugin.name))),
    adapterMethods: new Map([...registry.adapterMethods].filter(([, { plugin }]) => !failed.has(plugin.name))),
    evaluators: new Map([...(registry.evaluators ?? [])].filter(([, { plugin }]) => !failed.has(plugin.name))),
  };
}
