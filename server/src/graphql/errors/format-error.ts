import { randomUUID } from 'node:crypto';
import { isCrucibleError } from '@crucible/engine/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { requestLimits } from '../limits/request-limits.js';

/** Where the server tells its operator what a client may not see. */
export type ReportError = (error: unknown, correlationId: string) => void;

/** Codes that mean "the request is at fault", so that the message may be shown as it is. */
const CLIENT_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * Every error leaves with a stable code and a sentence that says what to do; nothing of the server's inside leaves at all. What the
 * catalogue does not know is reported to the operator under a correlation id, and the client gets the id.
 */
export function formatError(error: unknown, report: ReportError): GraphQLFormattedError {
  const graphqlError = error instanceof GraphQLError ? error : new GraphQLError('', { originalError: toError(error) });
  const place = {
    ...(graphqlError.locations ? { locations: graphqlError.locations } : {}),
    ...(graphqlError.path ? { path: graphqlError.path } : {}),
  };
  const original = rootCause(graphqlError);
  if (isCrucibleError(original)) {
    return { ...place, message: original.message, extensions: { code: original.code, remedy: original.remedy } };
  }
  const code = codeOf(graphqlError, original);
  if (code !== undefined) {
    return { ...place, message: withAdvice(graphqlError.message), extensions: { code } };
  }
  const correlationId = randomUUID();
  report(original ?? graphqlError, correlationId);
  return {
    ...place,
    message: `The server failed on this request, and the fault is its own. Try again; if it stays, report it with the id ${correlationId}.`,
    extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId },
  };
}

function codeOf(error: GraphQLError, original: unknown): string | undefined {
  const code = error.extensions['code'];
  if (typeof code === 'string' && CLIENT_CODES.has(code)) return code;
  // An error that graphql-js itself raises (syntax, validation, coercion) has no cause and, over WebSocket, no code.
  const raisedByGraphQL = original === undefined || original instanceof GraphQLError;
  if (!raisedByGraphQL || error.path !== undefined || code === 'INTERNAL_SERVER_ERROR') return undefined;
  return error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'GRAPHQL_VALIDATION_FAILED';
}

/** graphql-js says what is wrong; where it does not say what would be right, this does. */
function withAdvice(message: string): string {
  if (/OneOf|oneOf/.test(message) && /exactly one/i.test(message)) {
    const sentence = message.replace(/\.?$/, '.');
    return /"Strategy\w*Input!?"/.test(message)
      ? `${sentence} Give one strategy as one field, for example { taskArithmetic: { lambda: 0.3 } }; the query \`{ strategies { key } }\` lists them.`
      : `${sentence} Leave out all of its fields but one.`;
  }
  if (message.includes('limit of') && message.includes('tokens')) {
    return `${message.replace(/\.?$/, '.')} A document may have ${requestLimits.tokens} tokens: send several requests.`;
  }
  return message;
}

function rootCause(error: GraphQLError): unknown {
  let cause: unknown = error.originalError;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

const toError = (value: unknown): Error => (value instanceof Error ? value : new Error(String(value)));
