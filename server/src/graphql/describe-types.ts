import {
  GraphQLEnumType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { descriptions } from './descriptions.js';

/** Fills in descriptions that entities do not carry: from the table, or from the interface that a field comes from. */
export function describeTypes(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    type.description ??= descriptions[type.name];
    if (type instanceof GraphQLEnumType) {
      for (const value of type.getValues()) {
        const byField = type.name.endsWith('OrderField')
          ? `By ${value.name.toLowerCase().replace(/_/g, ' ')}.`
          : undefined;
        value.description ??= descriptions[`${type.name}.${value.name}`] ?? byField;
      }
    } else if (type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType) {
      for (const field of Object.values(type.getFields())) field.description ??= describeField(type, field);
    }
  }
  return schema;
}

function describeField(
  type: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
): string | undefined {
  const own = descriptions[`${type.name}.${field.name}`];
  if (own !== undefined) return own;
  for (const parent of type.getInterfaces()) {
    const inherited = descriptions[`${parent.name}.${field.name}`] ?? parent.getFields()[field.name]?.description;
    if (inherited) return inherited;
  }
  // A class may take the fields of `Node` without the interface: a member of a run is found by its run.
  return descriptions[`Node.${field.name}`];
}
