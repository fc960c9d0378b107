import { defineError } from '@crucible/engine/errors';
import { GraphQLInt, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { requestLimits } from '../limits/request-limits.js';
import { openApi, type Api } from './api.js';

const known = defineError({
  code: 'KNOWN',
  summary: 'Known.',
  remedy: 'Do something.',
  message: (d: { what: string }) => `${d.what} is known`,
});

const node: GraphQLObjectType = new GraphQLObjectType({
  name: 'Node',
  fields: () => ({ node: { type: node, resolve: () => ({}) }, name: { type: GraphQLString, resolve: () => 'a name' } }),
});
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      node: { type: node, resolve: () => ({}) },
      count: {
        type: GraphQLInt,
        args: { by: { type: new GraphQLNonNull(GraphQLInt) } },
        resolve: (_, { by }) => by as number,
      },
      known: {
        type: GraphQLString,
        resolve: () => {
          throw known({ what: 'this' });
        },
      },
      secret: {
        type: GraphQLString,
        resolve: () => {
          throw new Error('password hunter2 at /home/me');
        },
      },
    },
  }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      ticks: {
        type: GraphQLInt,
        subscribe: async function* () {
          yield* [{ ticks: 1 }, { ticks: 2 }];
        },
      },
      broken: {
        type: GraphQLString,
        subscribe: async function* () {
          yield {};
        },
        resolve: () => {
          throw new Error('password hunter2');
        },
      },
    },
  }),
});

interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[];
}

describe('the API', () => {
  let api: Api;
  let isReady = true;
  const reported: [unknown, string][] = [];

  beforeAll(async () => {
    api = await openApi({
      schema,
      createContext: () => ({}),
      ready: async () => isReady,
      routes: [],
      host: '127.0.0.1',
      port: 0,
      report: (error, id) => reported.push([error, id]),
    });
  });
  afterAll(async () => await api.dispose());

  async function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }
  const code = (answer: Answer): unknown => answer.errors?.[0]?.extensions['code'];

  async function overSocket(
    query: string,
    headers: Record<string, string> = {},
  ): Promise<Answer['errors'] | unknown[]> {
    class Socket extends WebSocket {
      constructor(url: string, protocols: string | string[]) {
        super(url, protocols, { headers });
      }
    }
    const client = createClient({
      url: `${api.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Socket,
      retryAttempts: 0,
    });
    const events: unknown[] = [];
    try {
      for await (const event of client.iterate({ query })) events.push(event.errors ?? event.data);
      return events;
    } catch (error) {
      return Array.isArray(error) ? (error as unknown[]) : [{ message: String(error) }];
    } finally {
      await client.dispose();
    }
  }

  const deep = `{ ${'node { '.repeat(requestLimits.depth)} name ${'} '.repeat(requestLimits.depth)} }`;
  const aliased = `{ node { ${Array.from({ length: requestLimits.aliases + 1 }, (_, index) => `n${index}: name`).join(' ')} } }`;
  const long = `{ ${'node { name } '.repeat(requestLimits.tokens)} }`;
  const refused: readonly [string, string, string][] = [
    ['too deep', deep, 'QUERY_TOO_DEEP'],
    ['too many aliases', aliased, 'QUERY_TOO_MANY_ALIASES'],
    ['too many tokens', long, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nod { name } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['no syntax', '{', 'GRAPHQL_PARSE_FAILED'],
  ];

  it.each(refused)('refuses over HTTP what has %s', async (_title, query, expected) => {
    const answer = await post({ query });
    expect(code(answer)).toBe(expected);
    expect(answer.status).toBe(400);
  });

  it.each(refused)('refuses over WebSocket what has %s', async (_title, query, expected) => {
    expect(await overSocket(query)).toMatchObject([{ extensions: { code: expected } }]);
  });

  it('says what was meant', async () => {
    expect((await post({ query: '{ nod { name } }' })).errors?.[0]?.message).toContain('Did you mean "node"');
  });

  it('names a variable that does not fit', async () => {
    const answer = await post({ query: 'query ($by: Int!) { count(by: $by) }', variables: { by: 'x' } });
    expect(code(answer)).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.message).toContain('$by');
  });

  it('gives a known error its code and remedy', async () => {
    expect((await post({ query: '{ known }' })).errors).toMatchObject([
      { message: 'this is known', path: ['known'], extensions: { code: 'KNOWN', remedy: 'Do something.' } },
    ]);
  });

  it.each([
    ['HTTP', async () => (await post({ query: '{ secret }' })).errors ?? []],
    ['WebSocket', async () => (await overSocket('subscription { broken }'))?.[0] ?? []],
  ])('masks over %s what is its own fault, and reports it under the id that the client gets', async (_title, ask) => {
    const [error] = (await ask()) as NonNullable<Answer['errors']>;
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(error?.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
    const id = error?.extensions['correlationId'];
    expect(String(reported.find(([, reportedId]) => reportedId === id)?.[0])).toContain('hunter2');
  });

  it('refuses a body beyond its size', async () => {
    const answer = await post({ query: `{ node { name } } #${'x'.repeat(requestLimits.bodyBytes)}` });
    expect([answer.status, code(answer)]).toEqual([413, 'REQUEST_TOO_LARGE']);
  });

  it('refuses a body that is no JSON', async () => {
    const answer = await post('{');
    expect([answer.status, code(answer)]).toEqual([400, 'BAD_REQUEST']);
  });

  it('survives variables that are nested a hundred thousand levels deep', async () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const answer = await post(`{"query":"query ($by: Int!) { count(by: $by) }","variables":{"by":${nested}}}`);
    expect(answer.errors?.length).toBeGreaterThan(0);
    expect(await post({ query: '{ __typename }' })).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('refuses batches', async () => {
    expect((await post([{ query: '{ __typename }' }])).status).toBe(400);
  });

  it('refuses what a form on another page could send', async () => {
    const response = await fetch(`${api.url}/graphql?query=%7B__typename%7D`, {
      headers: { accept: 'application/json' },
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('CSRF')]);
  });

  it('refuses a WebSocket from a page of another origin', async () => {
    expect(await overSocket('{ __typename }', { origin: 'http://evil.example' })).toMatchObject([
      { message: expect.anything() },
    ]);
    expect(await overSocket('{ __typename }', { origin: api.url })).toEqual([{ __typename: 'Query' }]);
  });

  it('streams a subscription', async () => {
    expect(await overSocket('subscription { ticks }')).toEqual([{ ticks: 1 }, { ticks: 2 }]);
  });

  it('says whether it is alive and ready', async () => {
    const status = async (path: string): Promise<number> => (await fetch(api.url + path)).status;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200]);
    isReady = false;
    expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503]);
    isReady = true;
  });

  it('shows a browser the IDE, and everything it loads comes from here', async () => {
    const page = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, link]) => link!)
      .filter((link) => !link.startsWith('data:'));
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\/graphql\/ide\//);
      const response = await fetch(api.url + link);
      expect([link, response.status]).toEqual([link, 200]);
      const again = await fetch(api.url + link, { headers: { 'if-none-match': response.headers.get('etag')! } });
      expect(again.status).toBe(304);
    }
  });

  it('answers an unknown path with a sentence', async () => {
    const response = await fetch(`${api.url}/elsewhere`);
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('/graphql')]);
  });
});
