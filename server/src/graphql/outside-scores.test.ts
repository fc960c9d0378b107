import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

const PROBLEM = '__typename ... on Problem { code path }';

describe('tasks and scores from outside over GraphQL', () => {
  let server: TestServer;
  let seeded: Seeded;
  let root: string;
  const environment = { ...process.env };
  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 1, adapters: 1, runs: 0 });
    root = await mkdtemp(join(tmpdir(), 'crucible-outside-'));
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    const results = { results: { x: { 'acc,none': 0.5 } }, 'n-samples': { x: { original: 10, effective: 10 } } };
    await writeFile(join(root, 'results.json'), JSON.stringify(results));
  });
  afterAll(async () => {
    await server.dispose();
    process.env = environment;
    await rm(root, { recursive: true, force: true });
  });

  it('tells which plugin brings which evaluator', async () => {
    const { plugins } = await server.data<{ plugins: { name: string; evaluators: object[] }[] }>(
      '{ plugins { name evaluators { key title answers } } }',
    );
    expect(plugins.filter(({ evaluators }) => evaluators.length > 0)).toEqual([
      {
        name: '@crucible/openai',
        evaluators: [
          { key: 'openAi', title: 'OpenAI-compatible server', answers: ['GENERATE', 'CHOOSE', 'LIKELIHOOD'] },
        ],
      },
    ]);
  });

  it('takes options of their own type, and one evaluator at a time', async () => {
    const ask = (evaluator: object) =>
      server.ask(
        `mutation ($evaluator: EvaluatorInput!, $adapter: ID!, $task: ID!) {
          evaluateOutside(input: { evaluator: $evaluator, adapter: $adapter, tasks: [$task] }) { ${PROBLEM} } }`,
        { evaluator, adapter: seeded.adapters[0]!.id, task: seeded.tasks[0]!.id },
      );
    expect((await ask({})).errors![0]!.message).toMatch(/exactly one/i);
    expect((await ask({ openAi: { url: 'http://a.example', model: 3 } })).errors![0]!.message).toMatch(/String/);
    // The seeded task is of images.
    expect(await ask({ openAi: { url: 'http://a.example', model: 'x' } })).toMatchObject({
      data: { evaluateOutside: { __typename: 'InvalidOptions', path: ['tasks', '0'] } },
    });
  });

  it('takes scores of lm-evaluation-harness in', async () => {
    const { importHarnessScores } = await server.data<{ importHarnessScores: object }>(
      `mutation ($adapter: ID!, $task: ID!) {
        importHarnessScores(input: { file: "results.json", adapter: $adapter, tasks: [{ name: "x", task: $task }] }) {
          ${PROBLEM} ... on ImportedScores { scores { value n origin source loss measurements { metric value } evaluation { origin state } } } } }`,
      { adapter: seeded.adapters[0]!.id, task: seeded.tasks[0]!.id },
    );
    expect(importHarnessScores).toEqual({
      __typename: 'ImportedScores',
      scores: [
        {
          value: 0.5,
          n: 10,
          origin: 'IMPORTED',
          source: 'lm-evaluation-harness: a model that it does not name',
          loss: null,
          measurements: [{ metric: 'ACCURACY', value: 0.5 }],
          evaluation: { origin: 'IMPORTED', state: 'SUCCEEDED' },
        },
      ],
    });
    // A list by loss has those that have one.
    const { scores } = await server.data<{ scores: { nodes: { loss: number | null }[] } }>(
      '{ scores(first: 50, orderBy: { field: LOSS }) { nodes { loss } } }',
    );
    expect(scores.nodes.every(({ loss }) => loss !== null)).toBe(true);
  });

  it('queues the making of a task', async () => {
    await writeFile(join(root, 'rows.csv'), 'sentence,label\na,0\nb,1\n');
    const { importTask } = await server.data<{ importTask: object }>(
      `mutation { importTask(input: { source: { directory: "." }, name: "from-api", text: { glue: SST2 },
        train: { table: { format: CSV, paths: ["rows.csv"] } }, validation: { carve: { from: TRAIN, examples: 1 } },
        test: { table: { format: CSV, paths: ["rows.csv"] } } }) { ${PROBLEM} ... on ImportRun { name target state } } }`,
    );
    expect(importTask).toEqual({ __typename: 'ImportRun', name: 'from-api', target: 'TASK', state: 'QUEUED' });
  });
});
