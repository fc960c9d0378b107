import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, RunState, StatisticsRun } from '../entities/index.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

interface Outcome {
  readonly __typename: string;
  readonly id?: string;
  readonly message?: string;
}
const NOBODY = '00000000-0000-7000-8000-000000000000';

describe('statistics over the API', () => {
  let server: TestServer;
  let seeded: Seeded;
  let adapter: string;
  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 2, adapters: 2, runs: 1 });
    adapter = seeded.adapters[0]!.id;
    // Statistics need the weights of the base, which a seeded row does not name.
    await server.platform.orm.em.fork().nativeUpdate(BaseModel, {}, { files: { 'model.safetensors': 'a'.repeat(64) } });
  });
  afterAll(() => server.dispose());

  const compute = async (input: object, selection = ''): Promise<Outcome> => {
    const mutation = `mutation ($input: ComputeStatisticsInput!) {
      computeStatistics(input: $input) { __typename ... on Node { id } ... on Problem { message } ${selection} } }`;
    return (await server.data<{ computeStatistics: Outcome }>(mutation, { input })).computeStatistics;
  };

  it('are queued with their defaults, found again, listed with the adapter and among the jobs', async () => {
    const made = await compute(
      { adapter, kind: 'GRAM' },
      '... on StatisticsRun { state kind split examples seed digest adapter { id } task { name } }',
    );
    expect(made).toMatchObject({
      __typename: 'StatisticsRun',
      state: 'QUEUED',
      kind: 'GRAM',
      split: 'TRAIN',
      examples: 256,
      seed: 0,
      digest: null,
      adapter: { id: adapter },
    });
    expect((await compute({ adapter, kind: 'GRAM' })).id).toBe(made.id);
    const other = await compute({ adapter, kind: 'FISHER', examples: 8, seed: 3 });
    const { node, jobs } = await server.data<{ node: object; jobs: { nodes: object[] } }>(
      `query ($id: ID!) {
        node(id: $id) { ... on Adapter { statistics { id kind } } }
        jobs(filter: { kinds: [STATISTICS_RUN] }) { nodes { __typename id state } } }`,
      { id: adapter },
    );
    expect(node).toEqual({
      statistics: [
        { id: other.id, kind: 'FISHER' },
        { id: made.id, kind: 'GRAM' },
      ],
    });
    expect(jobs.nodes).toHaveLength(2);
    const act = (mutation: string, selection: string) =>
      server.data(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename ${selection} } }`, { id: made.id });
    expect(await act('deleteStatisticsRun', '')).toEqual({ deleteStatisticsRun: { __typename: 'NotPossible' } });
    expect(await act('cancelJob', '... on Job { state }')).toEqual({
      cancelJob: { __typename: 'StatisticsRun', state: 'CANCELLED' },
    });
    expect(await act('deleteStatisticsRun', '')).toEqual({ deleteStatisticsRun: { __typename: 'Deleted' } });
    const left = await server.platform.orm.em.fork().find(StatisticsRun, { adapter });
    expect(left.map(({ id, state }) => [id, state])).toEqual([[other.id, RunState.QUEUED]]);
  });

  it.each([
    [{ adapter: NOBODY }, 'NotFound'],
    [{ adapter: 'x' }, 'NotFound'],
    [{ task: NOBODY }, 'NotFound'],
    [{ task: 'x' }, 'NotFound'],
    [{ examples: 0 }, 'InvalidOptions'],
    [{ seed: -1 }, 'InvalidOptions'],
    [{ split: 'TEST' }, 'InvalidOptions'],
  ])('refuses %j', async (change, expected) => {
    expect((await compute({ adapter, kind: 'GRAM', ...change })).__typename).toBe(expected);
  });

  it('a fusion without them is answered with the mutation that makes them', async () => {
    const { fuse } = await server.data<{ fuse: Outcome }>(
      'mutation ($input: FuseInput!) { fuse(input: $input) { __typename ... on Problem { message } } }',
      { input: { adapters: seeded.adapters.map(({ id }) => ({ id })), strategy: { regMean: {} } } },
    );
    expect(fuse.__typename).toBe('IncompatibleAdapters');
    for (const { id } of seeded.adapters) {
      expect(fuse.message).toContain(`computeStatistics(input: { adapter: "${id}", kind: GRAM })`);
    }
  });

  it('holds no fault of its own', () => {
    expect(server.faults).toEqual([]);
  });
});
