import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FusionRun, RunState } from '../entities/index.js';
import { announce } from '../jobs/index.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

interface Outcome {
  readonly __typename: string;
  readonly id?: string;
  readonly code?: string;
  readonly message?: string;
  readonly path?: readonly string[];
  readonly issues?: readonly { readonly code: string; readonly path: readonly string[] }[];
}

const OUTCOME = `__typename ... on Node { id } ... on Problem { code message path }
  ... on InvalidOptions { issues { code message path } } ... on IncompatibleAdapters { issues { code message path } }`;
const NOBODY = '00000000-0000-7000-8000-000000000000';

describe('doing', () => {
  let server: TestServer;
  let seeded: Seeded;
  let lora: readonly string[];

  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 2, adapters: 2, runs: 1 });
    lora = seeded.adapters.filter(({ method }) => method === 'LORA').map(({ id }) => id);
  });
  afterAll(() => server.dispose());

  async function fuse(input: Record<string, unknown>): Promise<Outcome> {
    const mutation = `mutation ($input: FuseInput!) { fuse(input: $input) { ${OUTCOME} } }`;
    return (await server.data<{ fuse: Outcome }>(mutation, { input })).fuse;
  }
  const members = (...ids: readonly string[]): { id: string }[] => ids.map((id) => ({ id }));
  const fused = (): Record<string, unknown> => ({
    adapters: members(...lora),
    strategy: { taskArithmetic: { lambda: 0.4 } },
    seed: 7,
  });
  const waiting = async (): Promise<number> => (await server.platform.queue.depth()).waiting;

  it('queues a fusion and answers with the run, its options filled in and typed', async () => {
    const before = await waiting();
    const { id, __typename } = await fuse({
      ...fused(),
      name: 'first',
      strategy: { ties: { density: 0.5, preset: 'PETA' } },
    });
    expect(__typename).toBe('FusionRun');
    const { fusionRuns } = await server.data<{ fusionRuns: { nodes: Record<string, unknown>[] } }>(
      `{ fusionRuns(first: 1) { nodes { id name state seed space fingerprint strategy { key } members { position weight adapter { id } }
        evaluateOn { name } options { __typename ... on AppliedTiesOptions { density preset lambda } } } } }`,
    );
    expect(fusionRuns.nodes[0]).toMatchObject({
      id,
      name: 'first',
      state: 'QUEUED',
      seed: 7,
      strategy: { key: 'ties' },
      members: lora.map((adapter, position) => ({ position, weight: 1, adapter: { id: adapter } })),
      options: { __typename: 'AppliedTiesOptions', density: 0.5, preset: 'PETA' },
    });
    expect(await waiting()).toBe(before + 1);
  });

  const mistakes: readonly [string, () => Record<string, unknown>, Partial<Outcome>, string][] = [
    [
      'an unknown adapter',
      () => ({ adapters: members(NOBODY) }),
      { code: 'NOT_FOUND', path: ['adapters', '0', 'id'] },
      NOBODY,
    ],
    ['a malformed id', () => ({ adapters: members('17') }), { code: 'NOT_FOUND', path: ['adapters', '0', 'id'] }, '17'],
    ['an unknown task', () => ({ evaluateOn: [NOBODY] }), { code: 'NOT_FOUND', path: ['evaluateOn', '0'] }, NOBODY],
    ['a malformed task', () => ({ evaluateOn: ['x'] }), { code: 'NOT_FOUND', path: ['evaluateOn', '0'] }, 'x'],
    [
      'adapters of two bases',
      () => ({ adapters: members(lora[0]!, seeded.stranger.id) }),
      { __typename: 'IncompatibleAdapters' },
      'base',
    ],
    [
      'an adapter twice',
      () => ({ adapters: members(lora[0]!, lora[0]!) }),
      { __typename: 'IncompatibleAdapters' },
      'twice',
    ],
    ['no adapter', () => ({ adapters: [] }), {}, 'adapter'],
    ['density 3', () => ({ strategy: { ties: { density: 3 } } }), { __typename: 'InvalidOptions' }, 'density'],
    ['a negative seed', () => ({ seed: -1 }), { __typename: 'InvalidOptions', path: ['seed'] }, '0 to 2147483647'],
    ['rank 0', () => ({ outputRank: 0 }), { __typename: 'InvalidOptions' }, '0'],
    ['a space without a frame', () => ({ space: 'FRAME' }), {}, 'frame'],
    ['a name of a novel', () => ({ name: 'x'.repeat(300) }), { code: 'QUOTA_EXCEEDED' }, '200'],
    [
      'ten thousand adapters',
      () => ({ adapters: members(...Array.from({ length: 10_000 }, () => lora[0]!)) }),
      { code: 'QUOTA_EXCEEDED' },
      '10000',
    ],
  ];
  it.each(mistakes)('answers %s with what is wrong and queues nothing', async (_title, change, expected, sentence) => {
    const before = await waiting();
    const outcome = await fuse({ ...fused(), ...change() });
    expect(outcome).toMatchObject(expected);
    expect(outcome.__typename).not.toBe('FusionRun');
    expect(outcome.message).toContain(sentence);
    expect(outcome.path).not.toBeNull();
    expect(await waiting()).toBe(before);
  });

  it('says of another choice of one field nothing about strategies', async () => {
    const source = '{ directory: "a", hub: { repo: "owner/name" } }';
    const { errors } = await server.ask(`mutation { importAdapter(input: { source: ${source} }) { __typename } }`);
    expect(errors?.[0]?.message).toMatch(/exactly one.*Leave out all of its fields but one\.$/);
  });

  it.each([
    ['no strategy', '{}', 'exactly one', 'taskArithmetic'],
    ['two strategies', '{ ties: {}, taskArithmetic: {} }', 'exactly one', 'Give one strategy'],
    ['an unknown strategy', '{ tie: {} }', 'Did you mean', '"ties"'],
    ['an unknown option', '{ ties: { densty: 1 } }', 'Did you mean', '"density"'],
    ['text for a number', '{ ties: { density: "much" } }', 'Float cannot represent', 'much'],
    ['null for a strategy', '{ ties: null }', 'ties', 'non-null'],
  ])('refuses %s before anything is done, and says what would be right', async (_title, strategy, ...sentences) => {
    const query = `mutation { fuse(input: { adapters: [{ id: "${lora[0]}" }], strategy: ${strategy} }) { __typename } }`;
    const { errors } = await server.ask(query);
    const message = errors?.map((error) => error.message).join(' ') ?? '';
    for (const sentence of sentences) expect(message).toContain(sentence);
    expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it.each([
    ['no strategy', {}, 'xactly one'],
    ['two strategies', { ties: {}, taskArithmetic: {} }, 'xactly one'],
    ['an unknown strategy', { tie: {} }, 'Did you mean "ties"'],
  ])('refuses %s in a variable too', async (_title, strategy, sentence) => {
    const query = 'mutation ($input: FuseInput!) { fuse(input: $input) { __typename } }';
    const { errors } = await server.ask(query, { input: { ...fused(), strategy } });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toContain(sentence);
  });

  async function sweep(input: Record<string, unknown>): Promise<Outcome> {
    const mutation = `mutation ($input: SweepInput!) { sweep(input: $input) { ${OUTCOME} } }`;
    return (await server.data<{ sweep: Outcome }>(mutation, { input })).sweep;
  }

  it('queues a sweep of typed values; its points differ in what varies and share the rest', async () => {
    const { __typename, id } = await sweep({
      adapters: members(...lora),
      grid: { ties: { density: [0.1, 0.2], preset: ['PAPER', 'PEFT'] } },
      strategy: { ties: { lambda: 0.7 } },
    });
    expect(__typename).toBe('Sweep');
    const { node } = await server.data<{ node: Record<string, unknown> }>(
      `query ($id: ID!) { node(id: $id) { ... on Sweep { size state axes { option values } chosen { id } report { value }
        points { point state options { ... on AppliedTiesOptions { density preset lambda } } } } } }`,
      { id },
    );
    expect(node).toMatchObject({
      size: 4,
      axes: [
        { option: 'preset', values: ['PAPER', 'PEFT'] },
        { option: 'density', values: ['0.1', '0.2'] },
      ],
      chosen: null,
      report: [],
      points: [
        { point: 0, options: { density: 0.1, preset: 'PAPER', lambda: 0.7 } },
        { point: 1, options: { density: 0.2, preset: 'PAPER', lambda: 0.7 } },
        { point: 2, options: { density: 0.1, preset: 'PEFT', lambda: 0.7 } },
        { point: 3, options: { density: 0.2, preset: 'PEFT', lambda: 0.7 } },
      ],
    });
  });

  it.each([
    ['nothing that varies', { grid: { ties: {} } }, {}],
    ['a value out of range', { grid: { ties: { density: [0.1, 3] } } }, { __typename: 'InvalidOptions' }],
    [
      'two strategies',
      { grid: { ties: { density: [0.1] } }, strategy: { taskArithmetic: {} } },
      { __typename: 'InvalidOptions' },
    ],
    [
      'a million points',
      {
        grid: {
          ties: {
            density: Array.from({ length: 1000 }, (_, i) => i / 1000),
            lambda: Array.from({ length: 1000 }, (_, i) => i / 1000),
          },
        },
      },
      { code: 'QUOTA_EXCEEDED' },
    ],
  ])('refuses a sweep with %s', async (_title, change, expected) => {
    const outcome = await sweep({ adapters: members(...lora), ...change });
    expect(outcome).toMatchObject(expected);
    expect(outcome.__typename).not.toBe('Sweep');
  });

  it('queues evaluations, one per task', async () => {
    const { evaluate } = await server.data<{ evaluate: { evaluations: unknown[] } }>(
      'mutation ($input: EvaluateInput!) { evaluate(input: $input) { ... on Evaluations { evaluations { state task { name } } } } }',
      { input: { adapter: lora[0], tasks: seeded.tasks.map(({ id }) => id) } },
    );
    expect(evaluate.evaluations).toEqual(seeded.tasks.map(({ name }) => ({ state: 'QUEUED', task: { name } })));
  });

  it.each([
    ['evaluate', 'EvaluateInput', { adapter: NOBODY, tasks: [] }, ['NotFound', 'InvalidOptions']],
    ['evaluate', 'EvaluateInput', { adapter: 'x', tasks: [] }, ['NotFound']],
    ['evaluate', 'EvaluateInput', { tasks: [NOBODY] }, ['InvalidOptions', 'NotFound']],
    ['trainAdapter', 'TrainAdapterInput', { base: NOBODY, task: NOBODY, method: 'LORA' }, ['NotFound']],
    ['trainAdapter', 'TrainAdapterInput', { base: 'x', task: 'y', method: 'LORA' }, ['NotFound']],
    ['trainAdapter', 'TrainAdapterInput', { base: NOBODY, task: NOBODY, method: 'MAGIC' }, ['StrategyUnavailable']],
  ])('refuses %s(%s) %j', async (mutation, type, input, expected) => {
    const data = await server.data<Record<string, Outcome>>(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Problem { code message path } } }`,
      { input },
    );
    expect(expected).toContain(data[mutation]?.__typename);
  });

  it('refuses to train with a negative seed or at rank 0', async () => {
    const input = { base: seeded.bases[0]!.id, task: seeded.tasks[0]!.id, method: 'LORA' };
    for (const change of [{ seed: -1 }, { options: { rank: 0 } }]) {
      const { trainAdapter } = await server.data<{ trainAdapter: Outcome }>(
        `mutation ($input: TrainAdapterInput!) { trainAdapter(input: $input) { __typename } }`,
        { input: { ...input, ...change } },
      );
      expect(trainAdapter.__typename).toBe('InvalidOptions');
    }
  });

  it('cancels, retries and deletes a run', async () => {
    const { id } = await fuse({ ...fused(), name: 'to be cancelled' });
    const act = async (mutation: string, selection: string): Promise<unknown> =>
      (
        await server.data<Record<string, unknown>>(
          `mutation { ${mutation}(id: "${id}") { __typename ${selection} ... on Problem { code } } }`,
        )
      )[mutation];
    const state = '... on FusionRun { state }';
    expect(await act('retryRun', state)).toMatchObject({ __typename: 'NotPossible', code: 'JOB_NOT_FAILED' });
    expect(await act('deleteRun', '')).toMatchObject({ __typename: 'NotPossible' });
    expect(await act('cancelRun', state)).toEqual({ __typename: 'FusionRun', state: 'CANCELLED' });
    expect(await act('cancelJob', state)).toMatchObject({ __typename: 'NotPossible' });
    expect(await act('retryJob', state)).toEqual({ __typename: 'FusionRun', state: 'QUEUED' });
    await act('cancelRun', state);
    expect(await act('deleteSweep', '')).toMatchObject({ __typename: 'NotFound' });
    expect(await act('deleteRun', '... on Deleted { id }')).toEqual({ __typename: 'Deleted', id });
    expect(await act('deleteRun', '')).toMatchObject({ __typename: 'NotFound' });
  });

  it.each(['cancelJob', 'retryJob', 'cancelRun', 'retryRun', 'deleteRun', 'deleteAdapter', 'deleteSweep'])(
    '%s answers an id that names nothing, or is none',
    async (mutation) => {
      for (const id of [NOBODY, 'nonsense']) {
        const data = await server.data<Record<string, Outcome>>(
          `mutation { ${mutation}(id: "${id}") { __typename ... on Problem { code message path } } }`,
        );
        expect(data[mutation]).toMatchObject({ __typename: 'NotFound', code: 'NOT_FOUND', path: ['id'] });
      }
    },
  );

  it('deletes no adapter that a run uses', async () => {
    const { deleteAdapter } = await server.data<{ deleteAdapter: Outcome }>(
      `mutation { deleteAdapter(id: "${lora[0]}") { __typename ... on Problem { code } } }`,
    );
    expect(deleteAdapter).toEqual({ __typename: 'NotPossible', code: 'ADAPTER_IN_USE' });
  });

  async function moveTo(id: string, state: RunState): Promise<void> {
    await server.platform.orm.em.fork().transactional(async (em) => {
      const run = await em.findOneOrFail(FusionRun, { id });
      run.state = state;
      await announce(em, run);
    });
  }

  it('tells of a run as it is, after each change as it then is, and ends with its final state', async () => {
    const { id } = await fuse({ ...fused(), name: 'watched' });
    const events = server.subscribe<{ state: string; strategy: { key: string } }>(
      'subscription ($id: ID!) { fusionRunChanged(id: $id) { state strategy { key } } }',
      { id },
    );
    const next = async (): Promise<unknown> => (await events.next()).value;
    expect(await next()).toEqual({ state: 'QUEUED', strategy: { key: 'taskArithmetic' } });
    await moveTo(id!, RunState.RUNNING);
    expect(await next()).toMatchObject({ state: 'RUNNING' });
    await moveTo(id!, RunState.SUCCEEDED);
    expect(await next()).toMatchObject({ state: 'SUCCEEDED' });
    expect((await events.next()).done).toBe(true);
  });

  it('tells of all jobs, many changes in one event, and stops listening when the client leaves', async () => {
    const events = server.subscribe<{ jobs: { id: string; state: string }[] }>(
      'subscription { jobsChanged { jobs { id state ... on FusionRun { name } } } }',
    );
    const first = events.next();
    const ids: string[] = [];
    // The subscription may not have arrived yet: jobs are made until it tells of one.
    const heard = new AbortController();
    void first.then(() => heard.abort());
    while (!heard.signal.aborted) ids.push((await fuse({ ...fused(), name: 'one of many' })).id!);
    const { jobs } = (await first).value as { jobs: { id: string; state: string }[] };
    expect(jobs.length).toBeGreaterThan(0);
    expect(ids).toEqual(expect.arrayContaining(jobs.map((job) => job.id)));
    await events.return?.(undefined);
  });

  it('refuses to watch what is no id', async () => {
    const events = server.subscribe('subscription { fusionRunChanged(id: "17") { state } }');
    await expect(events.next()).rejects.toThrow('INVALID_ID');
  });

  it('holds no fault of its own', () => {
    expect(server.faults).toEqual([]);
  });
});
