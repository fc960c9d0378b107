import { GraphQLInputObjectType, type GraphQLSchema } from 'graphql';

/** Inputs of which exactly one field is given. type-graphql knows no `@oneOf`; graphql-js asks the type itself. */
const ONE_OF = ['AdapterSourceInput', 'BaseModelSourceInput', 'TaskSourceInput', 'TaskSplitInput'];

export function markOneOf(schema: GraphQLSchema): GraphQLSchema {
  for (const name of ONE_OF) {
    const type = schema.getType(name);
    if (type instanceof GraphQLInputObjectType) type.isOneOf = true;
  }
  return schema;
}
