import type { PluginRegistry } from '@crucible/sdk/host';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { createPlatform, type Platform } from '../../platform/index.js';
import { startTestDatabase } from '../../testing/test-database.js';
import type { UploadLimits } from '../../uploads/index.js';
import { startApi } from '../start-api.js';

export interface TestAnswer {
  // What a test asks for is what it knows the shape of.
  readonly data?: Record<string, never> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly remedy?: string };
  }[];
}

/** The API as it runs: a real PostgreSQL, the installed plugins, the real services and queue; no worker, so that what is queued stays so. */
export interface TestServer {
  readonly url: string;
  readonly platform: Platform;
  ask(query: string, variables?: Record<string, unknown>): Promise<TestAnswer>;
  /** The data of an answer without errors. */
  data<Data>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  subscribe<Data>(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<Data>;
  /** SQL statements that `work` makes the API send. */
  countQueries(work: () => Promise<unknown>): Promise<readonly string[]>;
  /** Faults of the server itself that it has told its operator. */
  readonly faults: readonly unknown[];
  dispose(): Promise<void>;
}

export async function createTestServer(
  options: { readonly plugins?: PluginRegistry; readonly uploadLimits?: UploadLimits } = {},
): Promise<TestServer> {
  const database = await startTestDatabase();
  const backend = { name: 'wasm', reason: 'a test', considered: [{ name: 'wasm', available: true, why: 'a test' }] };
  const platform = await createPlatform({ databaseUrl: database.url, home: database.home, backend, ...options });
  const faults: unknown[] = [];
  const api = await startApi(platform, { port: 0, host: '127.0.0.1', report: (error) => faults.push(error) });
  const clients: Client[] = [];

  const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<TestAnswer> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as TestAnswer;
  };

  return {
    url: api.url,
    platform,
    faults,
    ask,
    data: async <Data>(query: string, variables?: Record<string, unknown>) => {
      const { data, errors } = await ask(query, variables);
      if (!data || errors) throw new Error(`${JSON.stringify(errors)} ${faults.map(String).join('\n')}`);
      return data as Data;
    },
    subscribe: <Data>(query: string, variables: Record<string, unknown> = {}) => {
      const client = createClient({
        url: `${api.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      clients.push(client);
      const events = client.iterate<Record<string, Data>>({ query, variables });
      return (async function* () {
        for await (const { data, errors } of events) {
          if (!data || errors) throw new Error(JSON.stringify(errors));
          yield Object.values(data)[0] as Data;
        }
      })();
    },
    countQueries: async (work) => {
      const logger = platform.orm.config.getLogger();
      const queries: string[] = [];
      const { logQuery, isEnabled } = logger;
      logger.isEnabled = (namespace) => namespace === 'query';
      logger.logQuery = ({ query }) => void queries.push(query ?? '');
      try {
        await work();
      } finally {
        logger.isEnabled = isEnabled;
        logger.logQuery = logQuery;
      }
      return queries;
    },
    dispose: async () => {
      for (const client of clients) await client.dispose();
      await api.close();
      await platform.dispose();
      await database.dispose();
    },
  };
}
