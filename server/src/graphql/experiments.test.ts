import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CellState, Experiment, ExperimentCell, RunState, Task, TaskKind } from '../entities/index.js';
import { packOutcomes } from '../experiments/pack-outcomes.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

interface Row {
  readonly __typename: string;
  readonly id: string;
  readonly message: string;
  readonly code: string;
}
const NOBODY = '00000000-0000-7000-8000-000000000000';

describe('experiments over the API', () => {
  let server: TestServer;
  let seeded: Seeded;
  let modes: readonly { readonly name: string; readonly adapters: readonly string[]; readonly space?: string }[];
  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 3, adapters: 1, runs: 0 });
    modes = [{ name: 'delta', adapters: seeded.adapters.map(({ id }) => id), space: 'DELTA' }];
  });
  afterAll(() => server.dispose());

  const input = (change: object = {}): object => ({
    name: 'all of them',
    modes,
    strategies: [
      { strategy: { simpleAverage: {} } },
      { name: 'chosen', grid: { taskArithmetic: { lambda: [0.2, 0.4] } } },
    ],
    ...change,
  });
  const run = async (given: object): Promise<Row> => {
    const mutation = `mutation ($input: ExperimentInput!) { runExperiment(input: $input) {
      __typename ... on Node { id } ... on Problem { code message } } }`;
    return (await server.data<{ runExperiment: Row }>(mutation, { input: given })).runExperiment;
  };
  /** As if a worker had computed it: right where a fixed rule says so. */
  async function finish(id: string): Promise<void> {
    const em = server.platform.orm.em.fork();
    for (const cell of await em.find(ExperimentCell, { experiment: id })) {
      const outcomes = cell.subset.map((task) =>
        Uint8Array.from({ length: 20 }, (_, i) => ((i + task) % (3 + (cell.index % 4)) === 0 ? 0 : 1)),
      );
      cell.scores = cell.subset.map((task, place) => ({
        task,
        n: 20,
        correct: outcomes[place]!.reduce((sum, right) => sum + right, 0),
        loss: 1,
      }));
      Object.assign(cell, { outcomes: packOutcomes(outcomes), state: CellState.COMPUTED, chosen: cell.strategy ?? 0 });
    }
    await em.flush();
    await em.nativeUpdate(Experiment, { id }, { state: RunState.SUCCEEDED });
  }

  it('are planned, queued, and told as a table with intervals and tests', async () => {
    const plan = `query ($input: ExperimentInput!) { planExperiment(input: $input) { __typename ... on Problem { message } ... on ExperimentPlan {
      subsets cells known fusions evaluations minutes tasks { name } } } }`;
    const planned = await server.data<{ planExperiment: object }>(plan, { input: input() });
    // 3 of the base, 3 specialists, 4 subsets × 2 strategies; two points of one of them.
    expect(planned.planExperiment).toMatchObject({ subsets: 4, cells: 14, known: 0, fusions: 12, minutes: null });
    const { id, __typename } = await run(input());
    expect(__typename).toBe('Experiment');
    await finish(id);
    const table = await server.data<{ node: Record<string, never> }>(
      `query ($id: ID!) { node(id: $id) { ... on Experiment {
        name state size seeds tasks { name } baseline
        modes { index name method space specialists }
        strategies { index name key points { __typename } }
        cells(first: 3, offset: 6, filter: { kinds: [FUSED] }) {
          index kind state tasks { name } mode strategy space options { __typename ... on AppliedTaskArithmeticOptions { lambda } }
          scores { task { name } accuracy n correct } mean { value low high } worst worstTask { name }
          normalizedByOwn { value } normalizedByBest { value } }
        sizes { size mode strategy cells expected mean { value low high } worst normalizedByOwn { value } }
        comparison(first: { mode: 0, strategy: 0 }, second: { mode: 0, strategy: 1 }) {
          difference { value low high } pValue pairs better worse above below }
        none: comparison(first: { mode: 0, strategy: 0 }, second: { mode: 4, strategy: 1 }) { pairs }
        downloads { name url } } } }`,
      { id },
    );
    expect(table.node).toMatchObject({
      name: 'all of them',
      size: 14,
      seeds: [0],
      strategies: [
        { index: 0, key: 'simpleAverage' },
        { name: 'chosen', points: [{}, {}] },
      ],
      sizes: [
        { size: 2, strategy: 0, cells: 3, expected: 3 },
        { size: 2, strategy: 1, cells: 3, expected: 3 },
        { size: 3, strategy: 0, cells: 1, expected: 1 },
        { size: 3, strategy: 1, cells: 1, expected: 1 },
      ],
      comparison: { pairs: 4 },
      none: null,
    });
    const { cells } = table.node as unknown as {
      cells: { mean: { value: number; low: number }; scores: { accuracy: number }[]; worst: number; options: object }[];
    };
    expect(cells).toHaveLength(2);
    expect(cells[1]!.options).toMatchObject({ __typename: 'AppliedTaskArithmeticOptions', lambda: 0.4 });
    const accuracies = cells[0]!.scores.map(({ accuracy }) => accuracy);
    expect(cells[0]!.mean.value).toBeCloseTo(accuracies.reduce((sum, x) => sum + x, 0) / 3, 12);
    expect(cells[0]!.worst).toBe(Math.min(...accuracies));
  });

  it('are downloaded as CSV and JSON', async () => {
    const { id } = await run(input({ name: '=evil', sizes: [2] }));
    await finish(id);
    const csv = await fetch(`${server.url}/experiments/${id}/results.csv`);
    expect(csv.headers.get('content-type')).toMatch(/^text\/csv/);
    const lines = (await csv.text()).trim().split('\r\n');
    expect(lines).toHaveLength(1 + 6 + 6);
    expect(lines[0]).toMatch(/^kind,mode,strategy,options,seed/);
    expect(lines.filter((line) => line.startsWith('FUSED,delta,chosen,"{""lambda"":0.4'))).toHaveLength(3);
    const json = (await (await fetch(`${server.url}/experiments/${id}/results.json`)).json()) as { cells: object[] };
    expect(json.cells).toHaveLength(12);
    expect((await fetch(`${server.url}/experiments/${NOBODY}/results.csv`)).status).toBe(404);
  });

  it('are jobs: listed, watched, cancelled, deleted', async () => {
    const { id } = await run(input({ sizes: [3], seeds: [7] }));
    const { jobs, experiments } = await server.data<{ jobs: { nodes: Row[] }; experiments: { nodes: Row[] } }>(
      `{ jobs(filter: { kinds: [EXPERIMENT], states: [QUEUED] }) { nodes { __typename id } }
         experiments(filter: { search: "all", states: [QUEUED] }) { nodes { id } } }`,
    );
    expect(jobs.nodes).toEqual([{ __typename: 'Experiment', id }]);
    expect(experiments.nodes).toEqual([{ id }]);
    const events = server.subscribe<{ state: string; progress: object }>(
      `subscription ($id: ID!) { experimentChanged(id: $id) { state progress { done total } sizes { cells } } }`,
      { id },
    );
    expect((await events.next()).value).toMatchObject({
      state: 'QUEUED',
      progress: { total: 8 },
    });
    const act = (mutation: string, selection = '... on Job { state }'): Promise<object> =>
      server.data(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename ${selection} } }`, { id });
    expect(await act('deleteExperiment', '')).toEqual({ deleteExperiment: { __typename: 'NotPossible' } });
    expect(await act('cancelJob')).toEqual({ cancelJob: { __typename: 'Experiment', state: 'CANCELLED' } });
    expect((await events.next()).value).toMatchObject({ state: 'CANCELLED' });
    expect((await events.next()).done).toBe(true);
    expect(await act('retryJob')).toEqual({ retryJob: { __typename: 'Experiment', state: 'QUEUED' } });
    await act('cancelJob');
    expect(await act('deleteExperiment', '')).toEqual({ deleteExperiment: { __typename: 'Deleted' } });
  });

  it('refuse tasks that are not of images', async () => {
    const em = server.platform.orm.em.fork();
    const { id } = seeded.tasks[1]!;
    await em.nativeUpdate(Task, { id }, { kind: TaskKind.TEXT });
    const refused = await run(input());
    await em.nativeUpdate(Task, { id }, { kind: TaskKind.IMAGE });
    expect(refused).toMatchObject({ code: 'OPTIONS_INVALID', message: expect.stringContaining('no task of images') });
  });

  it.each<[object, string]>([
    [{ strategies: [{}] }, 'OPTIONS_INVALID'],
    [{ strategies: [{ strategy: { ties: {} }, grid: { taskArithmetic: { lambda: [1] } } }] }, 'OPTIONS_INVALID'],
    [{ modes: [{ name: 'x', adapters: [NOBODY, NOBODY] }] }, 'NOT_FOUND'],
    [{ modes: [{ name: 'x', adapters: ['x', 'y'] }] }, 'NOT_FOUND'],
    [{ subsets: [[NOBODY, 'x']] }, 'OPTIONS_INVALID'],
    [{ testExamples: 0 }, 'OPTIONS_INVALID'],
    [{ seeds: Array.from({ length: 40 }, (_, i) => i) }, 'QUOTA_EXCEEDED'],
  ])('refuse %j', async (change, code) => {
    expect((await run(input(change))).code).toBe(code);
  });
});
