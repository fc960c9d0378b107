import { createServer, type Server } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type Router } from 'express';
import type { GraphQLSchema } from 'graphql';
import { formatError, type ReportError } from '../errors/format-error.js';
import { ideRoutes } from '../ide/ide-routes.js';
import { requestLimits } from '../limits/request-limits.js';
import { healthRoutes } from './health-routes.js';
import { limitBodyTime } from './limit-body-time.js';
import { limitsPlugin } from './limits-plugin.js';
import { openSockets } from './sockets.js';

export interface ApiOptions<Context extends object> {
  readonly schema: GraphQLSchema;
  /** A context for one operation: its own entity manager and loaders, never shared with another operation. */
  readonly createContext: () => Context;
  /** Whether the database answers; `/readyz` says 503 until it does. */
  readonly ready: () => Promise<boolean>;
  /** Files on their way in and out, beside GraphQL. */
  readonly routes: readonly Router[];
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly report: ReportError;
}

export interface Api {
  /** Such as `http://127.0.0.1:4000`; the API itself is at `/graphql`. */
  readonly url: string;
  readonly server: Server;
  /** Ends sockets and requests under way, then closes the port. */
  dispose(): Promise<void>;
}

/** Opens the API: GraphQL over HTTP and WebSocket, the IDE for browsers, and health checks, all on one port and one URL. */
export async function openApi<Context extends object>(options: ApiOptions<Context>): Promise<Api> {
  const { schema, createContext, report } = options;
  const app = express();
  // An upload takes as long as it takes: what bounds it is that bytes keep coming.
  const server = createServer({ requestTimeout: 0 }, app);
  const sockets = openSockets({ server, schema, createContext, report });
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    cache: 'bounded',
    parseOptions: { maxTokens: requestLimits.tokens },
    formatError: (_formatted, error) => formatError(error, report),
    plugins: [
      limitsPlugin(schema),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer: server, stopGracePeriodMillis: 2_000 }),
      { serverWillStart: () => Promise.resolve({ drainServer: () => sockets.dispose() }) },
    ],
  });
  await apollo.start();

  app.disable('x-powered-by');
  app.use(healthRoutes(options.ready));
  app.use(ideRoutes());
  for (const router of options.routes) app.use(router);
  app.use(
    '/graphql',
    limitBodyTime(requestLimits.bodySeconds),
    express.json({ limit: requestLimits.bodyBytes }),
    expressMiddleware(apollo, { context: () => Promise.resolve(createContext()) }),
  );
  app.use((_request, response) => {
    response.status(404).json({
      errors: [{ message: 'There is nothing here; the API is at /graphql.', extensions: { code: 'NOT_FOUND' } }],
    });
  });
  app.use(requestErrors(report));

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { url: `http://${options.host}:${port}`, server, dispose: () => apollo.stop() };
}

/** What fails before GraphQL is reached: a body that is no JSON, or too long. */
function requestErrors(report: ReportError): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
    if (type === 'entity.too.large') {
      const message = `The request is longer than ${requestLimits.bodyBytes} bytes; send several requests.`;
      response.status(413).json({ errors: [{ message, extensions: { code: 'REQUEST_TOO_LARGE' } }] });
    } else if (type === 'entity.parse.failed') {
      const message = 'The body is not JSON; send { "query": "…", "variables": { … } }.';
      response.status(400).json({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
    } else {
      response.status(500).json({ errors: [formatError(error, report)] });
    }
  };
}
