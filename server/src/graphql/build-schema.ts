import 'reflect-metadata';
import type { PluginRegistry } from '@crucible/sdk/host';
import { GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { buildSchema as buildStaticSchema, type PubSub } from 'type-graphql';
import { Deleted } from './types/results.js';
import { resolvers } from './resolvers/index.js';
import { describeTypes } from './describe-types.js';
import { markOneOf } from './one-of-inputs.js';
import { extendSchema } from './strategy-types/extend-schema.js';
import { typeStrategies } from './strategy-types/strategy-types.js';
import { UninstalledStrategyOptions } from './types/uninstalled-options.js';

export interface BuiltSchema {
  readonly schema: GraphQLSchema;
  /** The registry less the plugins whose names do not fit into the schema: they are FAILED in it, with the reason. */
  readonly registry: PluginRegistry;
}

/** The API's schema: entities and resolvers by type-graphql, and the strategies' types from the plugins that are installed. */
export async function buildSchema(registry: PluginRegistry): Promise<BuiltSchema> {
  const base = await buildStaticSchema({
    resolvers,
    orphanedTypes: [UninstalledStrategyOptions, Deleted],
    validate: false,
    pubSub: noTopics,
  });
  const gone = base.getType(UninstalledStrategyOptions.name);
  const typed = typeStrategies(
    registry,
    new Set(Object.keys(base.getTypeMap())),
    gone instanceof GraphQLObjectType ? [gone] : [],
  );
  return { schema: describeTypes(markOneOf(extendSchema(base, typed))), registry: typed.registry };
}

/** type-graphql asks for one; our subscriptions listen to the platform's changes instead, and name no topics. */
const noTopics: PubSub = {
  publish: () => refuse(),
  subscribe: () => refuse(),
};
const refuse = (): never => {
  throw new Error('subscriptions name no topics here; give them a subscribe function');
};
