import {
  GraphQLError,
  visit,
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
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
  if (holdsNul(variables) || documentHoldsNul(document)) {
    const message = 'A text holds the character U+0000, which cannot be stored or searched for; leave it out.';
    return [new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })];
  }
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

/** The one kind of string that GraphQL takes and PostgreSQL does not: its wire protocol ends texts with a NUL. */
function holdsNul(root: unknown): boolean {
  // A stack of our own: a megabyte of brackets would overflow the call stack.
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value === 'string' && value.includes('\0')) return true;
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) stack.push(item);
  }
  return false;
}

function documentHoldsNul(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    StringValue: ({ value }) => {
      found ||= value.includes('\0');
      return found ? BREAK : undefined;
    },
  });
  return found;
}
