import type { IncomingMessage, Server } from 'node:http';
import {
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  type ExecutionArgs,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { formatError, type ReportError } from '../errors/format-error.js';
import { checkQuery } from '../limits/check-query.js';
import { requestLimits } from '../limits/request-limits.js';

export interface SocketsOptions<Context extends object> {
  readonly server: Server;
  readonly schema: GraphQLSchema;
  readonly createContext: () => Context;
  readonly report: ReportError;
}

/**
 * GraphQL over WebSocket at `/graphql`, under the same limits and the same error format as HTTP.
 *
 * A browser sends a page's WebSockets without asking as it asks for HTTP requests, so the origin is checked here.
 */
export function openSockets<Context extends object>(options: SocketsOptions<Context>): { dispose(): Promise<void> } {
  const { server, schema, createContext, report } = options;
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    maxPayload: requestLimits.bodyBytes,
    verifyClient: ({ req }, accept) => {
      if (!isSameOrigin(req)) accept(false, 403, 'The page comes from another origin');
      else if (sockets.clients.size >= requestLimits.sockets) accept(false, 503, 'Too many connections');
      else accept(true);
    },
  });
  const format = (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
    errors.map((error) => formatError(error, report));
  const disposable = useServer(
    {
      schema,
      onSubscribe: (context, _id, payload): ExecutionArgs | readonly GraphQLError[] => {
        if (Object.keys(context.subscriptions).length > requestLimits.socketOperations) {
          context.extra.socket.close(CloseCode.BadRequest, 'Too many operations on one connection');
          return [new GraphQLError('Too many operations on one connection', { extensions: { code: 'BAD_REQUEST' } })];
        }
        return prepare(schema, payload, createContext);
      },
      onError: (_context, _id, _payload, errors) => format(errors),
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors && { data: result.data ?? null, errors: format(result.errors) },
    },
    sockets,
  );
  return { dispose: async () => disposable.dispose() };
}

function prepare(
  schema: GraphQLSchema,
  payload: {
    readonly query: string;
    readonly operationName?: string | null | undefined;
    readonly variables?: Record<string, unknown> | null | undefined;
  },
  createContext: () => object,
): ExecutionArgs | readonly GraphQLError[] {
  let document;
  try {
    document = parse(payload.query, { maxTokens: requestLimits.tokens });
  } catch (error) {
    return [error instanceof GraphQLError ? error : new GraphQLError(String(error))];
  }
  const invalid = validate(schema, document);
  if (invalid.length > 0) return invalid;
  const operation = getOperationAST(document, payload.operationName);
  if (!operation) {
    const message = 'The document has no operation of that name, or several and none was named; set operationName.';
    return [new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })];
  }
  const variableValues = payload.variables ?? {};
  const beyond = checkQuery(schema, document, operation, variableValues);
  if (beyond.length > 0) return beyond;
  return { schema, document, operationName: payload.operationName, variableValues, contextValue: createContext() };
}

function isSameOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
