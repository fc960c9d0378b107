import type { GraphQLError, DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { apiErrors } from '../errors/api-errors.js';
import { toGraphQLError } from '../errors/to-graphql-error.js';
import { measureQuery } from './measure-query.js';
import { requestLimits } from './request-limits.js';

/** What a validated operation asks beyond the limits; empty if it may run. */
export function checkQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const { depth, aliases, cost } = measureQuery(schema, document, operation, variables);
  const errors: GraphQLError[] = [];
  if (depth > requestLimits.depth) {
    errors.push(toGraphQLError(apiErrors.queryTooDeep({ depth, limit: requestLimits.depth })));
  }
  if (aliases > requestLimits.aliases) {
    errors.push(toGraphQLError(apiErrors.tooManyAliases({ aliases, limit: requestLimits.aliases })));
  }
  if (cost > requestLimits.cost) {
    errors.push(toGraphQLError(apiErrors.queryTooCostly({ cost, limit: requestLimits.cost })));
  }
  return errors;
}
