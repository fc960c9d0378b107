import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

interface Connection<Item> {
  readonly totalCount: number;
  readonly nodes: readonly Item[];
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly endCursor: string | null;
  };
}
interface Named {
  readonly id: string;
  readonly name: string;
}

describe('reading', () => {
  let server: TestServer;
  let seeded: Seeded;

  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 3, adapters: 4, runs: 2 });
  });
  afterAll(() => server.dispose());

  const FOUR_LEVELS = `query ($tasks: Int!, $adapters: Int!, $runs: Int!) {
    tasks(first: $tasks) { nodes { name adapters(first: $adapters) { name fusionRuns(first: $runs) { name scores { value } } } } } }`;
  const WIDE = `query ($tasks: Int!, $adapters: Int!, $runs: Int!) {
    tasks(first: $tasks) { nodes { name heads { digest } zeroShot { value }
      adapters(first: $adapters) { name base { name } task { name } frame { name } provenance { __typename }
        fusionRuns(first: $runs) { name strategy { key plugin { name } } members { weight adapter { name } } meanScore worstScore
          evaluateOn { name } options { ... on AppliedTaskArithmeticOptions { lambda } }
          scores(first: 10) { value task { name } normalizedByOwn evaluation { state score { value } } } } } } } }`;
  const sizes = [
    { tasks: 1, adapters: 1, runs: 1 },
    { tasks: 3, adapters: 4, runs: 2 },
  ];

  it('sends seven queries for four levels, whatever they hold: one for the roots, two for each level below', async () => {
    for (const size of sizes) {
      const queries = await server.countQueries(() => server.data(FOUR_LEVELS, size));
      expect(queries.length).toBe(7);
    }
  });

  it('sends a bounded number of queries for everything at once: what is read twice in one operation depends on the depth alone', async () => {
    for (const size of sizes) {
      const queries = await server.countQueries(() => server.data(WIDE, size));
      expect(queries.length).toBeLessThanOrEqual(30);
    }
  });

  it('gives every parent its own children, as many as were asked for, latest first', async () => {
    const { tasks } = await server.data<{ tasks: Connection<Named & { adapters: Named[] }> }>(
      '{ tasks { nodes { name adapters(first: 3) { name } } } }',
    );
    for (const task of tasks.nodes) {
      expect(task.adapters.map(({ name }) => name)).toEqual([3, 2, 1].map((index) => `${task.name}-adapter-${index}`));
    }
  });

  it('filters children', async () => {
    const { tasks } = await server.data<{ tasks: Connection<{ adapters: { method: string }[] }> }>(
      '{ tasks { nodes { adapters(method: "LORA") { method } } } }',
    );
    expect(tasks.nodes.map(({ adapters }) => adapters.length)).toEqual([2, 2, 2]);
  });

  it.each([
    ['adapters', 'CREATED_AT', 'DESC'],
    ['adapters', 'CREATED_AT', 'ASC'],
    ['adapters', 'RANK', 'DESC'],
    ['adapters', 'NAME', 'ASC'],
    ['fusionRuns', 'CREATED_AT', 'DESC'],
    ['fusionRuns', 'STATE', 'ASC'],
    ['scores', 'VALUE', 'DESC'],
    ['tasks', 'TITLE', 'ASC'],
  ])('walks %s by %s %s from cursor to cursor, each item once', async (list, field, direction) => {
    const all = new Set<string>();
    let pages = 0;
    let total = Infinity;
    for (let after: string | null = null, more = true; more; pages += 1) {
      const data: Record<string, Connection<Named>> = await server.data(
        `query ($after: String) { ${list}(first: 5, after: $after, orderBy: { field: ${field}, direction: ${direction} }) {
          totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const page = data[list]!;
      for (const { id } of page.nodes) {
        expect(all.has(id)).toBe(false);
        all.add(id);
      }
      total = page.totalCount;
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(all.size).toBe(total);
    expect(pages).toBe(Math.max(1, Math.ceil(total / 5)));
  });

  it('counts only when asked', async () => {
    const queries = await server.countQueries(() => server.data('{ adapters(first: 1) { nodes { id } } }'));
    expect(queries.length).toBe(1);
  });

  it('pages by number too', async () => {
    const { adapters } = await server.data<{ adapters: Connection<Named> }>(
      '{ adapters(page: { offset: 10, limit: 5 }) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } } }',
    );
    expect(adapters).toMatchObject({ totalCount: 13, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    expect(adapters.nodes.length).toBe(3);
  });

  it.each([
    ['adapters', '{ methods: ["L_LORA"] }', 6],
    ['adapters', '{ search: "TASK-1" }', 4],
    ['adapters', '{ search: "%" }', 0],
    ['adapters', '{ origins: [FUSED] }', 0],
    ['tasks', '{ names: ["task-0", "task-2"] }', 2],
    ['fusionRuns', '{ states: [SUCCEEDED], strategies: ["taskArithmetic"] }', 24],
    ['fusionRuns', '{ states: [] }', 0],
    ['fusionRuns', '{ inSweep: true }', 0],
    ['fusionRuns', '{ created: { from: "2100-01-01T00:00:00Z" } }', 0],
    ['scores', '{ split: TEST }', 72],
    ['scores', '{ zeroShot: true }', 72],
    ['evaluations', '{ states: [SUCCEEDED] }', 72],
    ['jobs', '{ kinds: [FUSION_RUN] }', 24],
    ['jobs', '{ states: [SUCCEEDED] }', 96],
    ['jobs', '{ states: [QUEUED] }', 0],
    ['jobs', '{ kinds: [] }', 0],
  ])('filters %s by %s', async (list, filter, expected) => {
    const data = await server.data<Record<string, Connection<Named>>>(`{ ${list}(filter: ${filter}) { totalCount } }`);
    expect(data[list]?.totalCount).toBe(expected);
  });

  it('filters runs by a member', async () => {
    const query = 'query ($id: ID!) { fusionRuns(filter: { adapters: [$id] }) { nodes { name } } }';
    const { id, name } = seeded.adapters[0]!;
    const { fusionRuns } = await server.data<{ fusionRuns: Connection<Named> }>(query, { id });
    expect(fusionRuns.nodes.map((run) => run.name)).toEqual([`${name}-run-1`, `${name}-run-0`]);
  });

  it('walks the jobs of all kinds in one list', async () => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const data: { jobs: Connection<{ id: string }> } = await server.data(
        'query ($after: String) { jobs(first: 40, after: $after) { nodes { id __typename } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      seen.push(...data.jobs.nodes.map(({ id }) => id));
      ({ hasNextPage: more, endCursor: after } = data.jobs.pageInfo);
    }
    expect(new Set(seen).size).toBe(96);
    expect(seen).toEqual([...seen].sort().toReversed());
  });

  it('finds anything by its id', async () => {
    for (const [type, { id }] of [
      ['Task', seeded.tasks[0]!],
      ['Adapter', seeded.adapters[0]!],
      ['FusionRun', seeded.runs[0]!],
      ['Score', seeded.scores[0]!],
      ['BaseModel', seeded.bases[0]!],
    ] as const) {
      expect(await server.data('query ($id: ID!) { node(id: $id) { __typename id } }', { id })).toEqual({
        node: { __typename: type, id },
      });
    }
    const nobody = '00000000-0000-7000-8000-000000000000';
    expect(await server.data('query ($id: ID!) { node(id: $id) { id } }', { id: nobody })).toEqual({ node: null });
  });

  it('describes options for forms as the input type has them', async () => {
    const { strategies } = await server.data<{
      strategies: { key: string; options: Record<string, unknown>[]; wraps: { key: string }[] }[];
    }>(
      `{ strategies { key outputs schedulable wraps { key }
         options { name type default min max range values fields { name type values } } } }`,
    );
    const ties = strategies.find(({ key }) => key === 'ties')!;
    expect(ties.options.find(({ name }) => name === 'density')).toMatchObject({
      type: 'FLOAT',
      default: '0.2',
      max: 1,
    });
    expect(ties.options.find(({ name }) => name === 'preset')).toMatchObject({
      type: 'ENUM',
      default: 'PAPER',
      values: expect.arrayContaining(['PAPER', 'PEFT', 'MERGEKIT', 'PETA']) as unknown,
    });
    expect(ties).toMatchObject({ outputs: 'ONE', schedulable: ['WEIGHT', 'DENSITY', 'LAMBDA'], wraps: [] });
    expect(ties.options.at(-1)).toMatchObject({
      name: 'schedules',
      type: 'LIST',
      default: '[]',
      fields: [
        { name: 'parameter', type: 'ENUM', values: ['WEIGHT', 'DENSITY', 'LAMBDA'] },
        { name: 'adapter', type: 'INT' },
        { name: 'modules', type: 'STRING' },
        { name: 'values', type: 'LIST' },
      ],
    });
    expect(strategies.find(({ key }) => key === 'emr')).toMatchObject({ outputs: 'PER_ADAPTER' });
    const wrapped = strategies.find(({ key }) => key === 'knots')!.wraps.map(({ key }) => key);
    expect(wrapped[0]).toBe('ties');
    expect(wrapped).not.toContain('tsvM');
  });

  it('tells what is installed and how it stands', async () => {
    const { system } = await server.data<{ system: Record<string, unknown> }>(
      `{ system { version sdkVersion nodeVersion backend { chosen why available { name available why } }
         plugins { loaded incompatible failed } queue { waiting active } storage { databaseBytes blobBytes freeBytes } } }`,
    );
    expect(system).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      backend: { chosen: 'wasm' },
      plugins: { incompatible: 0, failed: 0 },
      queue: { waiting: 0, active: 0 },
    });
    const { plugins } = await server.data<{ plugins: { status: string }[] }>(
      '{ plugins { name status strategies { key } } }',
    );
    expect(new Set(plugins.map(({ status }) => status))).toEqual(new Set(['LOADED']));
    expect((system['plugins'] as { loaded: number }).loaded).toBe(plugins.length);
  });

  it.each([
    ['first: 0', 'INVALID_PAGE', '1 to 500'],
    ['first: -1', 'INVALID_PAGE', '1 to 500'],
    ['first: 100000', 'INVALID_PAGE', '1 to 500'],
    ['after: "nonsense"', 'INVALID_PAGE', 'endCursor'],
    ['first: 1, page: { limit: 1 }', 'INVALID_PAGE', 'one of the two'],
    ['page: { offset: -1 }', 'INVALID_PAGE', '0 or more'],
    ['page: { limit: 100000 }', 'INVALID_PAGE', '1 to 500'],
    ['filter: { tasks: ["nonsense"] }', 'INVALID_ID', 'a task'],
    ['orderBy: { field: RANKS }', 'GRAPHQL_VALIDATION_FAILED', 'Did you mean the enum value "RANK"'],
  ])('refuses adapters(%s)', async (args, code, sentence) => {
    const { errors } = await server.ask(`{ adapters(${args}) { nodes { id } } }`);
    expect(errors?.[0]?.extensions.code).toBe(code);
    expect(errors?.[0]?.message).toContain(sentence);
  });

  it('refuses the cursor of another list, which would silently skip items', async () => {
    const { tasks } = await server.data<{ tasks: Connection<Named> }>('{ tasks(first: 1) { pageInfo { endCursor } } }');
    const query = 'query ($after: String) { adapters(after: $after) { nodes { id } } }';
    const { errors } = await server.ask(query, { after: tasks.pageInfo.endCursor });
    expect(errors?.[0]?.message).toContain('another list');
  });

  it.each([
    ['{ node(id: "17") { id } }', 'INVALID_ID'],
    ['{ tasks { nodes { adapters(first: 100000) { id } } } }', 'INVALID_PAGE'],
    ['{ tasks(first: 500) { nodes { adapters(first: 500) { fusionRuns(first: 500) { id } } } } }', 'QUERY_TOO_COSTLY'],
    ['{ adapters(filter: { search: "\\u0000" }) { totalCount } }', 'BAD_USER_INPUT'],
    ['{ adaptres { nodes { id } } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('refuses %s', async (query, code) => {
    const { errors } = await server.ask(query);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });

  it('refuses a NUL in a variable too', async () => {
    const query = 'query ($text: String) { adapters(filter: { search: $text }) { totalCount } }';
    expect((await server.ask(query, { text: 'a\0b' })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('holds no fault of its own', () => {
    expect(server.faults).toEqual([]);
  });
});
