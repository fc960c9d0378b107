import {
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLInterfaceType,
  GraphQLSchema,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLType,
} from 'graphql';
import { evaluatorInput } from './evaluator-types.js';
import { fieldsOf, type TypedRegistry } from './strategy-types.js';

/**
 * The schema with `StrategyInput`, `StrategyGridInput` and `StrategyOptions` built from the installed strategies.
 *
 * type-graphql builds from classes, and a plugin has none: the static schema names these three types by placeholder scalars, which are
 * replaced here, wherever a field or an argument refers to them.
 */
export function extendSchema(schema: GraphQLSchema, { registry, strategies, types }: TypedRegistry): GraphQLSchema {
  const replacements = new Map<string, GraphQLNamedType>();
  const evaluators = evaluatorInput(registry);
  if (evaluators) replacements.set('EvaluatorInput', evaluators);
  if (strategies.length > 0) {
    replacements.set('StrategyInput', types.input);
    replacements.set(
      'StrategyGridInput',
      new GraphQLInputObjectType({
        name: 'StrategyGridInput',
        description:
          'A fusion strategy and lists of values to try for its options: exactly one field, one per installed strategy.',
        isOneOf: true,
        fields: fieldsOf(strategies, 'grid'),
      }),
    );
    replacements.set('StrategyOptions', types.applied);
  }
  return replaceTypes(schema, replacements);
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
