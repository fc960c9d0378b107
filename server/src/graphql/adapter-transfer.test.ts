import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adapter, ExportFormat, ExportRun, ImportRun, RunState } from '../entities/index.js';
import { makeTar } from '../testing/archives.js';
import { readGoldenPeft } from '../testing/peft-folder.js';
import { createTestServer, type TestServer } from './testing/create-test-server.js';
import { seed, type Seeded } from './testing/seed.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const PROBLEM = '__typename ... on Problem { code message path }';

describe('adapters in and out over GraphQL', () => {
  let server: TestServer;
  let seeded: Seeded;
  let upload: { readonly id: string; readonly token: string };

  beforeAll(async () => {
    server = await createTestServer();
    seeded = await seed(server.platform.orm.em.fork(), { tasks: 1, adapters: 2, runs: 1 });
    const { createAdapterUpload } = await server.data<{
      createAdapterUpload: { id: string; url: string; token: string };
    }>('mutation { createAdapterUpload(input: {}) { ... on AdapterUpload { id url token } } }');
    upload = { id: createAdapterUpload.id, token: createAdapterUpload.token };
    await fetch(server.url + createAdapterUpload.url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${upload.token}` },
      body: await makeTar(readGoldenPeft('mix-b')),
    });
  });
  afterAll(() => server.dispose());

  const inspect = async (source: object): Promise<Record<string, unknown>> =>
    (
      await server.data<{ inspectAdapter: Record<string, unknown> }>(
        `query ($source: AdapterSourceInput!) { inspectAdapter(input: { source: $source }) { ${PROBLEM}
          ... on SourceRefused { remedy }
          ... on AdapterInspection { dialect importable rank taskType modules { name rank layout effectiveRank } notices { code } blockers { code } } } }`,
        { source },
      )
    ).inspectAdapter;

  it('shows what an upload was understood as', async () => {
    const found = await inspect({ upload });
    expect(found).toMatchObject({
      __typename: 'AdapterInspection',
      dialect: 'PEFT',
      importable: true,
      taskType: 'CAUSAL_LM',
      blockers: [],
    });
    expect((found['modules'] as object[])[0]).toMatchObject({ rank: found['rank'], layout: 'LINEAR' });
    expect(await inspect({ upload: { ...upload, token: 'another' } })).toMatchObject({
      __typename: 'SourceRefused',
      code: 'UPLOAD_UNAUTHORIZED',
      remedy: expect.stringContaining('Bearer'),
    });
  });

  it.each<[string, object]>([
    ['none', {}],
    ['two', { directory: 'x', hub: { repo: 'a/b' } }],
  ])('takes exactly one source, and not %s', async (_, source) => {
    const { errors } = await server.ask(
      'query ($source: AdapterSourceInput!) { inspectAdapter(input: { source: $source }) { __typename } }',
      { source },
    );
    expect(errors![0]!.message).toMatch(/exactly one/i);
  });

  it('reads what is more than factors of a stock base as it is told to', async () => {
    const looking = async (more: object): Promise<Record<string, unknown>> =>
      (
        await server.data<{ inspectAdapter: Record<string, unknown> }>(
          `query ($input: InspectAdapterInput!) { inspectAdapter(input: $input) { ${PROBLEM} ... on AdapterInspection { importable blockers { code } } } }`,
          { input: { source: { upload }, ...more } },
        )
      ).inspectAdapter;
    expect(await looking({ dora: 'FULL_RANK' })).toMatchObject({ importable: true });
    // No start took anything out of its base.
    expect(await looking({ start: { upload } })).toMatchObject({ blockers: [{ code: 'BASE_DIFFERS' }] });
    expect(await looking({ changedBase: true })).toMatchObject({ __typename: 'InvalidOptions', path: ['changedBase'] });
    const none = { start: { upload: { id: '17', token: 'x' } } };
    expect(await looking(none)).toMatchObject({ __typename: 'NotFound', path: ['start', 'upload', 'id'] });
  });

  const importing = async (input: object): Promise<Record<string, unknown>> =>
    (
      await server.data<{ importAdapter: Record<string, unknown> }>(
        `mutation ($input: ImportAdapterInput!) { importAdapter(input: $input) { ${PROBLEM}
          ... on ImportRun { id name state target dora changedBase start { kind } source { kind upload } base { id } task { id } inspection { dialect } output { id } } } }`,
        { input },
      )
    ).importAdapter;

  it('queues an import, in the list of jobs', async () => {
    const base = seeded.bases[0]!.id;
    const task = seeded.tasks[0]!.id;
    const queued = await importing({ name: 'mine', source: { upload }, base, task });
    expect(queued).toMatchObject({
      __typename: 'ImportRun',
      name: 'mine',
      state: 'QUEUED',
      target: 'ADAPTER',
      dora: 'REFUSE',
      changedBase: false,
      start: null,
      source: { kind: 'UPLOAD', upload: upload.id },
      base: { id: base },
      task: { id: task },
      inspection: null,
      output: null,
    });
    const { jobs } = await server.data<{ jobs: { nodes: unknown[] } }>(
      '{ jobs(filter: { kinds: [IMPORT_RUN] }) { nodes { id __typename state } } }',
    );
    expect(jobs.nodes).toEqual([{ id: queued['id'], __typename: 'ImportRun', state: 'QUEUED' }]);
    const { cancelJob } = await server.data<{ cancelJob: object }>(
      'mutation ($id: ID!) { cancelJob(id: $id) { ... on ImportRun { state } } }',
      { id: queued['id'] as string },
    );
    expect(cancelJob).toEqual({ state: 'CANCELLED' });
    const { deleteImportRun } = await server.data<{ deleteImportRun: object }>(
      'mutation ($id: ID!) { deleteImportRun(id: $id) { ... on Deleted { id } } }',
      { id: queued['id'] as string },
    );
    expect(deleteImportRun).toEqual({ id: queued['id'] });
  });

  it.each([
    ['the folder in an archive', 'my adapter/', 'my adapter'],
    ['the innermost of several folders', 'mine/mix-a/', 'mix-a'],
    ['nothing, where there is no folder', '', 'imported adapter'],
  ])('an upload without a name is called after %s', async (_, prefix, expected) => {
    const { createAdapterUpload: made } = await server.data<{
      createAdapterUpload: { id: string; url: string; token: string };
    }>('mutation { createAdapterUpload(input: {}) { ... on AdapterUpload { id url token } } }');
    const authorization = `Bearer ${made.token}`;
    const body = await makeTar(readGoldenPeft('eq-a', prefix));
    await fetch(server.url + made.url, { method: 'PUT', headers: { authorization }, body });
    const queued = await importing({ source: { upload: { id: made.id, token: made.token } } });
    expect(queued).toMatchObject({ __typename: 'ImportRun', name: expected });
    await server.data(
      'mutation ($id: ID!) { cancelJob(id: $id) { __typename } deleteImportRun(id: $id) { __typename } }',
      { id: queued['id'] as string },
    );
  });

  it.each<[string, () => object, object]>([
    ['an unknown base', () => ({ source: { upload }, base: NOBODY }), { code: 'NOT_FOUND', path: ['base'] }],
    ['a malformed task', () => ({ source: { upload }, task: '17' }), { code: 'NOT_FOUND', path: ['task'] }],
    ['a malformed upload', () => ({ source: { upload: { id: '17', token: 'x' } } }), { code: 'NOT_FOUND' }],
    ['a name of a novel', () => ({ source: { upload }, name: 'x'.repeat(300) }), { code: 'QUOTA_EXCEEDED' }],
    [
      'a directory where none is open',
      () => ({ source: { directory: 'x' } }),
      { code: 'IMPORT_ROOT_MISSING', path: ['source'] },
    ],
  ])('queues nothing for %s', async (_, input, expected) => {
    expect(await importing(input())).toMatchObject(expected);
    expect(await server.platform.orm.em.fork().count(ImportRun)).toBe(0);
  });

  it('reads the reports of many adapters in one query, and none where they are not asked for', async () => {
    const em = server.platform.orm.em.fork();
    const report = { dialect: 'KOHYA', files: [], modules: [], notices: [], blockers: [], importable: true };
    await em.nativeUpdate(Adapter, { id: seeded.adapters[0]!.id }, { inspection: report as never });
    let found: { adapters: { nodes: { id: string; inspection: { dialect: string } | null }[] } } | undefined;
    const queries = await server.countQueries(async () => {
      found = await server.data('{ adapters { nodes { id inspection { dialect } } } }');
    });
    expect(queries.filter((query) => /select "id", "inspection"/.test(query))).toHaveLength(1);
    const byId = new Map(found!.adapters.nodes.map(({ id, inspection }) => [id, inspection]));
    expect(byId.get(seeded.adapters[0]!.id)).toEqual({ dialect: 'KOHYA' });
    expect(byId.get(seeded.adapters[1]!.id)).toBeNull();
    const without = await server.countQueries(() => server.data('{ adapters { nodes { id name } } }'));
    expect(without.filter((query) => query.includes('inspection'))).toEqual([]);
  });

  it('lists what of an adapter can be downloaded, the latest finished export of each kind', async () => {
    const em = server.platform.orm.em.fork();
    const adapter = seeded.adapters[0]!;
    const make = (state: RunState, name: string): ExportRun =>
      em.create(ExportRun, {
        adapter: adapter.id,
        format: ExportFormat.PEFT,
        state,
        files: [{ name, byteLength: 7, sha256: 'a'.repeat(64) }],
      } as never);
    const [first, second, failed] = [
      make(RunState.SUCCEEDED, 'first'),
      make(RunState.SUCCEEDED, 'a name?'),
      make(RunState.FAILED, 'failed'),
    ];
    for (const run of [first, second, failed]) await em.persist(run).flush();
    const { node } = await server.data<{ node: { downloads: Record<string, unknown> } }>(
      `query ($id: ID!) { node(id: $id) { ... on Adapter { downloads { safetensors { name url sizeBytes sha256 }
        peft { id files { name url sizeBytes sha256 } archive { name url } } mergedModel { id } } } } }`,
      { id: adapter.id },
    );
    expect(node.downloads).toMatchObject({
      safetensors: {
        url: `/adapters/${adapter.id}/adapter.safetensors`,
        sizeBytes: adapter.sizeBytes,
        sha256: adapter.digest,
      },
      peft: {
        id: second!.id,
        files: [
          { name: 'a name?', url: `/exports/${second!.id}/files/a%20name%3F`, sizeBytes: 7, sha256: 'a'.repeat(64) },
        ],
        archive: { url: `/exports/${second!.id}/archive.tar` },
      },
      mergedModel: null,
    });
  });

  it('imports base models from places that there are', async () => {
    const { importBaseModel } = await server.data<{ importBaseModel: object }>(
      `mutation { importBaseModel(input: { source: { directory: "x" } }) { ${PROBLEM} } }`,
    );
    expect(importBaseModel).toMatchObject({ __typename: 'SourceRefused', code: 'IMPORT_ROOT_MISSING' });
    const { importBaseModel: unnamed } = await server.data<{ importBaseModel: object }>(
      `mutation { importBaseModel(input: { source: { hub: { repo: "../x" } } }) { ${PROBLEM} } }`,
    );
    expect(unnamed).toMatchObject({ __typename: 'InvalidOptions', path: ['source', 'hub', 'repo'] });
    expect(server.faults).toEqual([]);
  });
});
