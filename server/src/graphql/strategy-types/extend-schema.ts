import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLInterfaceType,
  GraphQLSchema,
  GraphQLUnionType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLType,
} from 'graphql';
import type { TypedStrategy } from './strategy-types.js';

/**
 * The schema with `StrategyInput`, `StrategyGridInput` and `StrategyOptions` built from the installed strategies.
 *
 * type-graphql builds from classes, and a plugin has none: the static schema names these three types by placeholder scalars, which are
 * replaced here, wherever a field or an argument refers to them.
 */
export function extendSchema(schema: GraphQLSchema, strategies: readonly TypedStrategy[]): GraphQLSchema {
  const replacements = new Map<string, GraphQLNamedType>();
  if (strategies.length > 0) {
    const oneOf = (name: string, description: string, part: 'input' | 'grid'): GraphQLInputObjectType =>
      new GraphQLInputObjectType({
        name,
        description,
        isOneOf: true,
        fields: Object.fromEntries(
          strategies.map(({ strategy, types }) => [
            strategy.id,
            { type: types[part], description: `${strategy.title}. ${strategy.description}` },
          ]),
        ),
      });
    replacements.set(
      'StrategyInput',
      oneOf(
        'StrategyInput',
        'A fusion strategy and its options: exactly one field, one per installed strategy.',
        'input',
      ),
    );
    replacements.set(
      'StrategyGridInput',
      oneOf(
        'StrategyGridInput',
        'A fusion strategy and lists of values to try for its options: exactly one field, one per installed strategy.',
        'grid',
      ),
    );
    replacements.set(
      'StrategyOptions',
      new GraphQLUnionType({
        name: 'StrategyOptions',
        description: 'Options that a run used, defaults filled in; one type per installed strategy.',
        types: [...strategies.map(({ types }) => types.applied), ...uninstalled(schema)],
      }),
    );
  }
  return replaceTypes(schema, replacements);
}

/** Runs outlive their strategies: the static schema has a type for the options of those that are gone. */
function uninstalled(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const type = schema.getType('UninstalledStrategyOptions');
  return type instanceof GraphQLObjectType ? [type] : [];
}

function replaceTypes(schema: GraphQLSchema, replacements: ReadonlyMap<string, GraphQLNamedType>): GraphQLSchema {
  const replaced = (type: GraphQLType): GraphQLType => {
    if (type instanceof GraphQLNonNull) return new GraphQLNonNull(replaced(type.ofType) as never);
    if (type instanceof GraphQLList) return new GraphQLList(replaced(type.ofType));
    return replacements.get(type.name) ?? type;
  };
  const config = schema.toConfig();
  for (const type of config.types) {
    if (type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType) {
      for (const field of Object.values(type.getFields())) {
        field.type = replaced(field.type) as GraphQLOutputType;
        for (const argument of field.args) argument.type = replaced(argument.type) as GraphQLInputType;
      }
    } else if (type instanceof GraphQLInputObjectType) {
      for (const field of Object.values(type.getFields())) field.type = replaced(field.type) as GraphQLInputType;
    }
  }
  const types = config.types.filter((type) => !replacements.has(type.name));
  return new GraphQLSchema({ ...config, types: [...types, ...replacements.values()] });
}
