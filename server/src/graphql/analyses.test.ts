import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisData } from '../compute/analysis-protocol.js';
import { Adapter, Analysis, BaseModel, RunState } from '../entities/index.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

interface Outcome {
  readonly __typename: string;
  readonly id: string;
  readonly message?: string;
}
const NOBODY = '00000000-0000-7000-8000-000000000000';
const interval = { low: 0.1, high: 0.9, confidence: 0.95 };
const shared = { constant: 3, linear: 2, varying: 9, linearModules: ['v'], linearity: 'LAYERS' } as const;
const split = (accuracy: number) => ({
  mean: accuracy,
  interval,
  tasks: [{ accuracy, n: 10, correct: 10 * accuracy, interval, loss: 1.5 }],
});
const place = { network: 0.5, moduleWise: 0, change: 2 };
const model = { agreement: 1, accuracy: 0.5 };

/** Data of every kind, as a compute process writes it. */
const DATA: Readonly<Record<AnalysisData['kind'], AnalysisData>> = {
  OPTION_CURVE: {
    kind: 'OPTION_CURVE',
    points: [
      { value: 0, validation: split(0.4), test: split(0.6) },
      { value: 1, validation: split(0.5), test: split(0.3) },
    ],
    chosen: 1,
    bestOnTest: 0,
    optimism: 0.3,
    images: 40,
  },
  DISENTANGLEMENT: {
    kind: 'DISENTANGLEMENT',
    form: 'FRAME',
    axis: [0, 1],
    error: [
      [0, 0.5],
      [0.25, 1],
    ],
    left: [
      [0, 0],
      [0, 0.5],
    ],
    right: [
      [0, 0.5],
      [0.25, 0.5],
    ],
    examples: [10, 10],
    models: { joint: 4, single: 0 },
    passes: 4,
    meanInUnitSquare: 0.4375,
    shared,
    images: 80,
  },
  LOSS_LANDSCAPE: {
    kind: 'LOSS_LANDSCAPE',
    form: 'DELTA',
    x: [0, 1],
    y: [0, 0.5],
    tasks: [0.25, 0.75].map((base, task) => ({
      name: `task ${task}`,
      examples: 10,
      loss: [
        [base, 1],
        [2, 3],
      ],
      accuracy: [
        [0.5, 0.5],
        [0.5, 1],
      ],
    })),
    best: { x: 0, y: 0, loss: 0.5 },
    passes: 4,
    shared,
    images: 80,
  },
  TANGENT_DISTANCE: {
    kind: 'TANGENT_DISTANCE',
    reference: 'FRAME',
    examples: 10,
    modules: [{ module: 'layers.0.v', own: null, network: 0.25, change: 1 }],
    layers: [{ stack: 'layers', index: 0, ...place }],
    output: { ...place, models: { base: model, adapted: model, network: model, moduleWise: model } },
    images: 40,
  },
  COSINE: {
    kind: 'COSINE',
    norms: [1, 2],
    cosine: [
      [1, 0.5],
      [0.5, 1],
    ],
    columnOverlap: [
      [1, 0.25],
      [0.25, 1],
    ],
    rowOverlap: [
      [1, 0.75],
      [0.75, 1],
    ],
    meanCosine: 0.5,
  },
};

const FIELDS = `__typename
  ... on Node { id }
  ... on Analysis { kind name state fingerprint members { id name weight adapter { name } } tasks { name task { title } } base { name } downloads { json csv } imagesPerSecond }
  ... on OptionCurveAnalysis { strategy option values space mostExamples curve { chosen chosenValue bestOnTest optimism
    points { value validation { mean interval { low high } tasks { task accuracy n loss interval { low } } } test { mean } } } }
  ... on DisentanglementAnalysis { axis { from to steps } split examples
    map { axis error left right meanInUnitSquare counts models references passes form linearity linearModules } }
  ... on LossLandscapeAnalysis { x { steps } y { steps } landscape { x y meanLoss meanAccuracy passes form linearity
    tasks { name count loss accuracy } points { label x y loss accuracy } } }
  ... on TangentDistanceAnalysis { distances { reference count modules { module own network change }
    layers { place network moduleWise change } output { place network } models { model agreement accuracy } } }
  ... on CosineAnalysis { matrix { norms cosine columnOverlap rowOverlap meanCosine } }`;

describe('analyses over the API', () => {
  let server: TestServer;
  let seeded: Seeded;
  let ids: readonly [string, string];
  const made = new Map<string, Outcome>();
  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 2, adapters: 1, runs: 1 });
    ids = [seeded.adapters[0]!.id, seeded.adapters[1]!.id];
    // Analyses run the base, which a seeded row does not name the weights of.
    await server.platform.orm.em.fork().nativeUpdate(BaseModel, {}, { files: { 'model.safetensors': 'a'.repeat(64) } });
  });
  afterAll(() => server.dispose());

  const ask = async (name: string, input: object): Promise<Outcome> => {
    const mutation = `mutation ($input: Analyze${name}Input!) {
      analyze${name}(input: $input) { __typename ... on Node { id } ... on Job { state } ... on Problem { message } } }`;
    return (await server.data<Record<string, Outcome>>(mutation, { input }))[`analyze${name}`]!;
  };
  const inputs = (): readonly (readonly [string, AnalysisData['kind'], object])[] => [
    [
      'OptionCurve',
      'OPTION_CURVE',
      { name: 'curve', adapters: ids.map((id) => ({ id })), grid: { taskArithmetic: { lambda: [0, 1] } } },
    ],
    ['Disentanglement', 'DISENTANGLEMENT', { left: ids[0], right: ids[1] }],
    ['LossLandscape', 'LOSS_LANDSCAPE', { left: ids[0], right: ids[1], x: { from: 0, to: 1, steps: 5 } }],
    ['TangentDistance', 'TANGENT_DISTANCE', { adapter: ids[0] }],
    ['Cosine', 'COSINE', { adapters: ids }],
  ];

  it('are queued, found again, and listed among the jobs and by their adapters', async () => {
    for (const [name, kind, input] of inputs()) {
      const outcome = await ask(name, input);
      expect(outcome).toMatchObject({ __typename: `${name}Analysis`, state: 'QUEUED' });
      expect((await ask(name, input)).id).toBe(outcome.id);
      made.set(kind, outcome);
    }
    const { analyses, jobs, one } = await server.data<
      Record<string, { nodes: { kind: string }[]; totalCount: number }>
    >(
      `query ($id: ID!) {
        analyses { totalCount nodes { kind } }
        one: analyses(filter: { adapters: [$id], kinds: [COSINE, TANGENT_DISTANCE], states: [QUEUED] }) { nodes { kind } totalCount }
        jobs(filter: { kinds: [ANALYSIS] }) { totalCount nodes { __typename } } }`,
      { id: ids[1] },
    );
    expect(analyses!.nodes.map(({ kind }) => kind)).toEqual([...made.keys()].toReversed());
    expect([analyses!.totalCount, jobs!.totalCount]).toEqual([5, 5]);
    // The tangents are of the other adapter.
    expect(one!).toEqual({ nodes: [{ kind: 'COSINE' }], totalCount: 1 });
  });

  it('have no data until they are finished, and typed data then', async () => {
    const { em } = server.platform.orm;
    for (const [kind, { id }] of made) {
      const before = await server.data<{ node: object }>(`query ($id: ID!) { node(id: $id) { ${FIELDS} } }`, { id });
      expect(before.node).toMatchObject({ kind, downloads: null });
      expect(JSON.stringify(before.node)).toMatch(/"(curve|map|landscape|distances|matrix)":null/);
      const { digest, size } = await server.platform.blobs
        .put(Buffer.from(JSON.stringify(DATA[kind as AnalysisData['kind']])))
        .then((blob) => ({ digest: blob.digest, size: blob.byteLength }));
      await em
        .fork()
        .nativeUpdate(Analysis, { id }, { state: RunState.SUCCEEDED, digest, sizeBytes: size, imagesPerSecond: 10 });
    }
    const shown: Record<string, Record<string, unknown>> = {};
    for (const [kind, { id }] of made) {
      shown[kind] = (
        await server.data<{ node: Record<string, unknown> }>(`query ($id: ID!) { node(id: $id) { ${FIELDS} } }`, { id })
      ).node;
    }
    const tasks = seeded.tasks.map(({ name, title }) => ({ name, task: { title } }));
    expect(shown['OPTION_CURVE']).toMatchObject({
      name: 'curve',
      strategy: 'taskArithmetic',
      option: 'lambda',
      values: [0, 1],
      tasks,
      curve: { chosen: 1, chosenValue: 1, bestOnTest: 0, optimism: 0.3 },
    });
    expect(shown['DISENTANGLEMENT']).toMatchObject({
      axis: { from: -2, to: 2, steps: 21 },
      split: 'TEST',
      examples: 256,
      members: ids.map((id) => ({ id, weight: 1 })),
      map: {
        error: [
          [0, 0.5],
          [0.25, 1],
        ],
        counts: [10, 10],
        models: 4,
        references: 0,
        form: 'FRAME',
        linearity: 'LAYERS',
        linearModules: ['v'],
      },
    });
    expect(shown['LOSS_LANDSCAPE']).toMatchObject({
      x: { steps: 5 },
      y: { steps: 21 },
      landscape: {
        meanLoss: [
          [0.5, 1],
          [2, 3],
        ],
        points: [
          { label: 'BASE', x: 0, y: 0, loss: 0.5, accuracy: 0.5 },
          { label: 'LEFT', x: 1, y: 0, loss: 2 },
          { label: 'RIGHT', x: 0, y: 1, loss: null, accuracy: null },
          { label: 'SUM', x: 1, y: 1, loss: null },
          { label: 'BEST', x: 0, y: 0, loss: 0.5 },
        ],
      },
    });
    expect(shown['TANGENT_DISTANCE']).toMatchObject({
      tasks: [tasks[0]],
      distances: {
        reference: 'FRAME',
        modules: [{ module: 'layers.0.v', own: null, network: 0.25 }],
        layers: [{ place: 'layers.0', moduleWise: 0 }],
        output: { place: 'output', network: 0.5 },
        models: ['BASE', 'ADAPTED', 'NETWORK', 'MODULE_WISE'].map((name) => ({
          model: name,
          agreement: 1,
          accuracy: 0.5,
        })),
      },
    });
    expect(shown['COSINE']).toMatchObject({
      tasks: [],
      matrix: {
        norms: [1, 2],
        cosine: [
          [1, 0.5],
          [0.5, 1],
        ],
        meanCosine: 0.5,
      },
    });
  });

  it.each<[AnalysisData['kind'], number, string]>([
    ['OPTION_CURVE', 9, '0,VALIDATION,(mean),0.4,0.1,0.9,,,false'],
    ['DISENTANGLEMENT', 5, '1,1,1,0.5,0.5'],
    ['LOSS_LANDSCAPE', 9, '1,0.5,task 0,3,1'],
    ['TANGENT_DISTANCE', 4, 'layer,layers.0,,0.5,0,2'],
    ['COSINE', 5, ',0.5,0.25,0.75'],
  ])('are downloaded as JSON and as a table: %s', async (kind, rows, line) => {
    const { downloads } = (
      await server.data<{ node: { downloads: { json: string; csv: string } } }>(
        'query ($id: ID!) { node(id: $id) { ... on Analysis { downloads { json csv } } } }',
        { id: made.get(kind)!.id },
      )
    ).node;
    const json = await fetch(server.url + downloads.json);
    expect(json.headers.get('content-type')).toContain('application/json');
    expect(await json.json()).toEqual(DATA[kind]);
    const csv = await fetch(server.url + downloads.csv);
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename=.*\.csv$/);
    const lines = (await csv.text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(rows);
    expect(lines.some((each) => each.endsWith(line))).toBe(true);
    const again = await fetch(server.url + downloads.csv, {
      // fetch would otherwise ask for a fresh copy.
      headers: { 'cache-control': 'max-age=0', 'if-none-match': csv.headers.get('etag')! },
    });
    expect(again.status).toBe(304);
  });

  it('whose adapters are gone remember their names', async () => {
    const { id } = made.get('COSINE')!;
    await server.platform.orm.em
      .fork()
      .nativeUpdate(
        Analysis,
        { id },
        { members: [{ id: NOBODY, name: 'gone', digest: 'b'.repeat(64), weight: 1, statistics: null }] },
      );
    const { node } = await server.data<{ node: object }>(
      'query ($id: ID!) { node(id: $id) { ... on Analysis { members { name adapter { id } } } } }',
      { id },
    );
    expect(node).toEqual({ members: [{ name: 'gone', adapter: null }] });
    expect(await server.platform.orm.em.fork().count(Adapter, {})).toBeGreaterThan(2);
  });

  it.each([
    ['Disentanglement', () => ({ left: 'x', right: ids[1] }), 'NotFound'],
    ['LossLandscape', () => ({ left: ids[0], right: ids[1], rightTask: NOBODY }), 'NotFound'],
    ['TangentDistance', () => ({ adapter: ids[0], examples: 0 }), 'InvalidOptions'],
    ['Cosine', () => ({ adapters: [ids[0], ids[0]] }), 'IncompatibleAdapters'],
    ['Cosine', () => ({ adapters: [ids[0], seeded.stranger.id] }), 'IncompatibleAdapters'],
    [
      'Disentanglement',
      () => ({ left: ids[0], right: ids[1], axis: { from: 0, to: 1, steps: 1000 } }),
      'QuotaExceeded',
    ],
    [
      'OptionCurve',
      () => ({ adapters: [{ id: ids[0] }], grid: { ties: { density: [0.2], lambda: [1] } } }),
      'InvalidOptions',
    ],
    [
      'OptionCurve',
      () => ({ adapters: [{ id: ids[0] }], grid: { ties: { density: [0.2, 1] } }, strategy: { taskArithmetic: {} } }),
      'InvalidOptions',
    ],
  ])('%s refuses what cannot be', async (name, input, expected) => {
    expect((await ask(name, input())).__typename).toBe(expected);
  });

  it('are cancelled and deleted like other jobs', async () => {
    const { id } = await ask('Cosine', { adapters: ids.toReversed() });
    const act = (mutation: string, selection = '') =>
      server.data(`mutation ($id: ID!) { ${mutation}(id: $id) { __typename ${selection} } }`, { id });
    expect(await act('deleteAnalysis')).toEqual({ deleteAnalysis: { __typename: 'NotPossible' } });
    expect(await act('cancelJob', '... on Job { state }')).toEqual({
      cancelJob: { __typename: 'CosineAnalysis', state: 'CANCELLED' },
    });
    expect(await act('deleteAnalysis')).toEqual({ deleteAnalysis: { __typename: 'Deleted' } });
    expect((await fetch(`${server.url}/analyses/${id}/data.json`)).status).toBe(404);
    expect((await fetch(`${server.url}/analyses/x/data.csv`)).status).toBe(404);
  });

  it('hold no fault of their own', () => {
    expect(server.faults).toEqual([]);
  });
});
