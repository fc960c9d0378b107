import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors, viewBytes, writeSafetensors } from '@crucible/engine/tensors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BaseModel,
  ExportFormat,
  ExtractionRun,
  ModelFusionRun,
  RunState,
  type ExportRun,
  type ImportRun,
} from '../entities/index.js';
import { exportAdapter } from '../services/export-adapter.js';
import { importBaseModel } from '../services/import-base-model.js';
import { sha256 } from '../testing/archives.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import { startApi, type RunningApi } from './start-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const SHAPES = { 'layers.0.up.weight': [4, 3], 'norm.weight': [3], 'same.weight': [2, 2] } as const;
type Name = keyof typeof SHAPES;

/** Multiples of 1/8, which float32 and their averages hold exactly; `same.weight` is the base's in all. */
const valueOf = (name: Name, index: number, model: number): number =>
  index / 2 - 1 + (name === 'same.weight' || model === 0 ? 0 : (((index * model) % (model + 2)) - model) / 8);

describe('whole models over GraphQL', () => {
  let system: TestSystem;
  let api: RunningApi;
  const ids: Record<string, string> = {};
  const environment = { ...process.env };

  beforeAll(async () => {
    system = await TestSystem.start();
    const root = join(system.database.home, 'import root');
    for (const [index, name] of ['base', 'one', 'two'].entries()) await writeModel(join(root, name), index);
    await writeModel(join(root, 'spread'), 5);
    await writeModel(join(root, 'other'), 3, 'gpt2');
    await writeModel(join(root, 'odd'), 3, 'llama', { 'norm.weight': [5] });
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    await system.startWorker();
    api = await startApi(system.platform, { port: 0, host: '127.0.0.1' });
    for (const directory of ['base', 'one', 'two', 'spread', 'other', 'odd']) {
      const queued = succeeded(await importBaseModel(system.em, system.platform, { source: { directory } }));
      const done = await system.until<ImportRun>(queued);
      ids[directory] = done.base!.id;
    }
  });
  afterAll(async () => {
    await api.close();
    await system.dispose();
    process.env = environment;
  });

  async function ask<T>(query: string, variables: object = {}): Promise<T> {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }
  const fuse = async (input: object): Promise<Record<string, unknown>> =>
    (
      await ask<{ fuseModels: Record<string, unknown> }>(
        `mutation ($input: FuseModelsInput!) { fuseModels(input: $input) { __typename ... on ModelFusionRun { id state }
          ... on Problem { code message path } ... on IncompatibleModels { issues { code path } } } }`,
        { input },
      )
    ).fuseModels;
  const members = (...names: string[]): object[] => names.map((name) => ({ id: ids[name] }));
  async function run(input: object): Promise<ModelFusionRun> {
    const queued = await fuse({ base: ids['base'], models: members('one', 'two'), ...input });
    expect(queued).toMatchObject({ __typename: 'ModelFusionRun', state: 'QUEUED' });
    const row = await system.em.findOneOrFail(ModelFusionRun, { id: queued['id'] as string });
    return await system.until(row);
  }
  async function weightsOf({ files }: ModelFusionRun): Promise<Record<string, readonly number[]>> {
    const { sha256 } = files.find(({ name }) => name === 'model.safetensors')!;
    const file = await openSafetensors(await system.platform.blobs.locate(sha256));
    const read = await Promise.all(
      Object.keys(SHAPES).map(async (name) => [name, [...(await file.readFloat32(name))]] as const),
    );
    await file.close();
    return Object.fromEntries(read);
  }

  it('are fused: the average is the average to the bit, and says what changed', async () => {
    const done = await run({ name: 'mean', strategy: { weightedAverage: {} } });
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const weights = await weightsOf(done);
    for (const name of Object.keys(SHAPES) as Name[]) {
      const mean = weights[name]!.map((_, i) => (valueOf(name, i, 1) + valueOf(name, i, 2)) / 2);
      expect([name, weights[name]]).toEqual([name, mean]);
    }
    const { modelFusionRun } = await ask<{ modelFusionRun: Record<string, unknown> }>(
      `query ($id: ID!) { modelFusionRun: node(id: $id) { ... on ModelFusionRun {
        name state dtype vocabulary seed strategyVersion strategy { key } options { __typename } base { id } models { weight model { id name } }
        timings { phase } output { id name architecture } archive { name }
        files { name url sizeBytes sha256 }
        report { space digest byteLength roundedTo changedTensors modelNorms outputNorm notes
          tensors { combined merged tied copied } mostChanged { name dtype shape treatment coefficients modelNorms outputNorm } } } } }`,
      { id: done.id },
    );
    const distance = (of: (name: Name, i: number) => number): number =>
      Math.hypot(
        ...(Object.keys(SHAPES) as Name[]).flatMap((name) =>
          weights[name]!.map((_, i) => of(name, i) - valueOf(name, i, 0)),
        ),
      );
    const report = modelFusionRun['report'] as Record<string, number & number[]>;
    expect(modelFusionRun).toMatchObject({
      name: 'mean',
      dtype: 'KEEP',
      vocabulary: 'REFUSE',
      strategy: { key: 'weightedAverage' },
      base: { id: ids['base'] },
      models: [
        { weight: 1, model: { name: 'one' } },
        { weight: 1, model: { name: 'two' } },
      ],
      output: { name: 'mean', architecture: 'llama' },
      report: { space: 'FULL', changedTensors: 2, roundedTo: ['F32'], tensors: { combined: 3, merged: 0 } },
    });
    expect((modelFusionRun['files'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
    ]);
    [1, 2].forEach((model, index) => {
      const norm = distance((name, i) => valueOf(name, i, model));
      expect(report['modelNorms']![index]).toBeCloseTo(norm, 6);
    });
    expect(report['outputNorm']).toBeCloseTo(
      distance((name, i) => weights[name]![i]!),
      6,
    );
  });

  it('are downloaded file by file, with ranges, and as one archive', async () => {
    const done = await run({ strategy: { taskArithmetic: { lambda: 0.5 } } });
    const { node } = await ask<{
      node: { files: { name: string; url: string; sha256: string }[]; archive: { url: string } };
    }>('query ($id: ID!) { node(id: $id) { ... on ModelFusionRun { files { name url sha256 } archive { url } } } }', {
      id: done.id,
    });
    for (const { url, sha256: digest } of node.files) {
      const response = await fetch(api.url + url);
      expect([response.status, sha256(Buffer.from(await response.arrayBuffer()))]).toEqual([200, digest]);
    }
    const weights = node.files.find(({ name }) => name === 'model.safetensors')!;
    const part = await fetch(api.url + weights.url, { headers: { range: 'bytes=0-7' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 8]);
    const archive = await fetch(api.url + node.archive.url);
    expect([archive.status, archive.headers.get('content-type')]).toEqual([200, 'application/x-tar']);
    expect((await archive.arrayBuffer()).byteLength).toBe(Number(archive.headers.get('content-length')));
    for (const url of [`/exports/models/${NOBODY}/archive.tar`, `/exports/models/${done.id}/files/passwd`]) {
      expect((await fetch(api.url + url)).status).toBe(404);
    }
  });

  it('come out with the same bytes each time, are one model then, and are fused on', async () => {
    const input = { strategy: { ties: { density: 0.5 } }, seed: 3, dtype: 'BF16' };
    const [first, second] = [await run(input), await run(input)];
    expect(second.report).toEqual(first.report);
    expect(second.files).toEqual(first.files);
    expect(second.output!.id).toBe(first.output!.id);
    expect(first.report).toMatchObject({ roundedTo: ['BF16'], tensors: { merged: 3, combined: 0 } });
    const on = await run({ models: [{ id: first.output!.id, weight: 0.5 }], strategy: { taskArithmetic: {} } });
    expect(on).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
  });

  it('have a card that says what they are made of, what changed, and how to make them again', async () => {
    const models = [{ id: ids['one'], weight: 0.5 }, { id: ids['two'] }];
    const done = await run({ name: 'a | *b*', models, strategy: { ties: { density: 0.5 } }, seed: 7 });
    const { sha256: digest } = done.files.find(({ name }) => name === 'README.md')!;
    const card = (await readFile(await system.platform.blobs.locate(digest))).toString();
    expect(card).toMatch(
      /^---\nbase_model:\n {2}- "base"\n {2}- "one"\n {2}- "two"\nbase_model_relation: merge\nlibrary_name: transformers\n/,
    );
    expect(card).toContain('# a \\| \\*b\\*');
    const rows = await system.em.find(BaseModel, { id: { $in: ['base', 'one', 'two'].map((name) => ids[name]!) } });
    for (const { digest } of rows) expect(card).toContain(digest);
    for (const text of [done.fingerprint!, done.report!.digest, 'arxiv.org/abs/2306.01708', 'seed 7', 'Not scored.']) {
      expect(card).toContain(text);
    }
    // It is no file of the model that came of it: the same weights may be made in another way.
    const output = await system.em.findOneOrFail(BaseModel, { id: done.output!.id });
    expect(Object.keys(output.files)).toEqual(['config.json', 'model.safetensors']);

    const blocks = [...card.matchAll(/```(\w+)\n(.*?)\n```/gs)].map(([, language, text]) => [language, text!] as const);
    const [find, again] = blocks.filter(([language]) => language === 'graphql').map(([, text]) => text);
    const { baseModels } = await ask<{ baseModels: { nodes: { id: string }[] } }>(find!);
    expect(baseModels.nodes).toEqual([{ id: ids['base'] }]);
    const { input } = JSON.parse(blocks.filter(([language]) => language === 'json').at(-1)![1]) as {
      input: { base: string; models: { id: string }[] };
    };
    input.base = ids['base']!;
    input.models.forEach((model, index) => (model.id = models[index]!.id!));
    const { fuseModels } = await ask<{ fuseModels: { id: string } }>(again!, { input: { ...input, reuse: true } });
    expect(fuseModels.id).toBe(done.id);
  });

  it('are not computed again where the same is there and is asked for; whatever changes a byte is computed', async () => {
    const input = { strategy: { taskArithmetic: { lambda: 0.25 } }, name: 'first' };
    const done = await run(input);
    const ask = { base: ids['base'], models: members('one', 'two'), ...input, reuse: true };
    expect(await fuse({ ...ask, name: 'another name' })).toMatchObject({ id: done.id, state: 'SUCCEEDED' });
    for (const change of [
      { models: members('two', 'one') },
      { models: [{ id: ids['one'], weight: 2 }, { id: ids['two'] }] },
      { strategy: { taskArithmetic: { lambda: 0.5 } } },
      { strategy: { weightedAverage: {} } },
      { dtype: 'F16' },
      { seed: 1 },
      { vocabulary: 'COMMON_ROWS' },
      { maxShardBytes: 1 << 20 },
      { reuse: false },
    ]) {
      const queued = await fuse({ ...ask, ...change });
      expect(queued).toMatchObject({ __typename: 'ModelFusionRun' });
      expect(queued['id']).not.toBe(done.id);
      await system.until(await system.em.findOneOrFail(ModelFusionRun, { id: queued['id'] as string }));
    }
    // Of a run whose model is gone nothing is left to be answered with.
    await system.em.nativeUpdate(ModelFusionRun, { fingerprint: done.fingerprint }, { output: null });
    expect((await fuse(ask))['id']).not.toBe(done.id);
  });

  it('fail with the tensor’s name where tensors do not fit', async () => {
    const done = await run({ models: members('odd'), strategy: { taskArithmetic: {} } });
    expect(done).toMatchObject({ state: RunState.FAILED, output: null, files: [] });
    expect(done.problem).toMatchObject({ code: expect.stringMatching(/^CHECKPOINT_/) });
    expect(done.problem!.message).toContain('norm.weight');
  });

  it('give an adapter back, which says what it lost and left out', async () => {
    const extract = async (more: object): Promise<Record<string, Record<string, unknown>>> => {
      const { extractAdapter } = await ask<{ extractAdapter: { __typename: string; id: string } }>(
        'mutation ($input: ExtractAdapterInput!) { extractAdapter(input: $input) { __typename ... on ExtractionRun { id } } }',
        { input: { base: ids['base'], model: ids['one'], ...more } },
      );
      expect(extractAdapter.__typename).toBe('ExtractionRun');
      await system.until(await system.em.findOneOrFail(ExtractionRun, { id: extractAdapter.id }));
      const { node } = await ask<{ node: Record<string, Record<string, unknown>> }>(
        `query ($id: ID!) { node(id: $id) { ... on ExtractionRun { id state name rank energy targets problem { code } base { id } model { name }
          report { rank relativeError modules mostLost { module rank norm error retainedEnergy } leftOutTensors leftOut { tensor norm } }
          output { name origin rank base { id } provenance { ... on ExtractedBy { extraction { id } } } } } } }`,
        { id: extractAdapter.id },
      );
      return node;
    };
    const whole = await extract({ name: 'one again', rank: 3 });
    expect(whole).toMatchObject({
      state: 'SUCCEEDED',
      problem: null,
      model: { name: 'one' },
      output: { name: 'one again', origin: 'EXTRACTED', base: { id: ids['base'] } },
      report: { modules: 1, leftOutTensors: 1, leftOut: [{ tensor: 'norm.weight' }] },
    });
    expect(whole['output']!['provenance']).toEqual({ extraction: { id: whole['id'] } });
    expect(whole['report']!['relativeError']).toBeLessThan(1e-5);
    const half = await extract({ model: ids['spread'], rank: 1, targets: ['up'] });
    expect(half).toMatchObject({ state: 'SUCCEEDED', report: { rank: 1 } });
    const [lost] = half['report']!['mostLost'] as { norm: number; error: number; retainedEnergy: number }[];
    expect(lost!.error).toBeGreaterThan(0);
    expect(half['report']!['relativeError']).toBeCloseTo(lost!.error / lost!.norm, 9);
    expect(lost!.retainedEnergy).toBeCloseTo(1 - (lost!.error / lost!.norm) ** 2, 9);
    expect(await extract({ energy: 0.5, targets: ['nothing'] })).toMatchObject({
      state: 'FAILED',
      problem: { code: 'CHECKPOINT_NOTHING_EXTRACTED' },
      output: null,
    });
  });

  it('give an adapter whose card names the checkpoint that it was taken out of', async () => {
    const extracted = await system.em.findOneOrFail(ExtractionRun, { name: 'one again' });
    const asked = { adapter: extracted.output!.id, format: ExportFormat.PEFT };
    const done = await system.until(succeeded(await exportAdapter(system.em, system.platform, asked)) as ExportRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const { sha256: digest } = done.files.find(({ name }) => name === 'README.md')!;
    const card = (await readFile(await system.platform.blobs.locate(digest))).toString();
    const { digest: weights } = await system.em.findOneOrFail(BaseModel, { id: ids['one']! });
    expect(card).toContain(
      `## Extracted from\n\nThe checkpoint \`one\`, whose weights have digest \`${weights}\`, at rank 3`,
    );
    expect(card).toMatch(
      /‖Δ − B·A‖ is \S+ of ‖Δ‖ over the 1 matrices that it carries; 1 changed tensors are not in it\./,
    );
  });

  it.each<[string, () => object, object]>([
    ['neither rank nor energy', () => ({}), { code: 'OPTIONS_INVALID', path: ['rank'] }],
    ['a rank of none', () => ({ rank: 0 }), { code: 'OPTIONS_INVALID', path: ['rank'] }],
    ['a rank above the cap', () => ({ rank: 4097 }), { code: 'OPTIONS_INVALID', path: ['rank'] }],
    ['all of the energy', () => ({ energy: 1 }), { code: 'OPTIONS_INVALID', path: ['energy'] }],
    ['no targets', () => ({ rank: 1, targets: [] }), { code: 'OPTIONS_INVALID', path: ['targets'] }],
    [
      'too many targets',
      () => ({ rank: 1, targets: Array.from({ length: 1001 }, () => 'x') }),
      { code: 'QUOTA_EXCEEDED', path: ['targets'] },
    ],
    ['an unknown model', () => ({ rank: 1, model: NOBODY }), { code: 'NOT_FOUND', path: ['model'] }],
    ['another architecture', () => ({ rank: 1, model: ids['other'] }), { code: 'MODELS_INCOMPATIBLE' }],
  ])('give no adapter for %s', async (_, input, expected) => {
    const { extractAdapter } = await ask<{ extractAdapter: object }>(
      'mutation ($input: ExtractAdapterInput!) { extractAdapter(input: $input) { __typename ... on Problem { code path } } }',
      { input: { base: ids['base'], model: ids['one'], ...input() } },
    );
    expect(extractAdapter).toMatchObject(expected);
  });

  it('are listed among the jobs, and deleted without the model', async () => {
    const done = await run({ strategy: { weightedAverage: {} } });
    const { jobs } = await ask<{ jobs: { nodes: { id: string }[] } }>(
      '{ jobs(filter: { kinds: [MODEL_FUSION_RUN] }) { nodes { id __typename } } }',
    );
    expect(jobs.nodes[0]).toEqual({ id: done.id, __typename: 'ModelFusionRun' });
    const answer = await ask('mutation ($id: ID!) { deleteModelFusionRun(id: $id) { ... on Deleted { id } } }', {
      id: done.id,
    });
    expect(answer).toEqual({ deleteModelFusionRun: { id: done.id } });
    const { node } = await ask<{ node: object }>('query ($id: ID!) { node(id: $id) { __typename } }', {
      id: done.output!.id,
    });
    expect(node).toEqual({ __typename: 'BaseModel' });
  });

  it.each<[string, () => object, object]>([
    [
      'a schedule of tensors that the base has not',
      () => ({ strategy: { ties: { schedules: [{ parameter: 'WEIGHT', modules: '*.down', values: [1] }] } } }),
      { code: 'OPTIONS_INVALID', path: ['strategy', 'ties', 'schedules'] },
    ],
    ['a malformed base', () => ({ base: '17' }), { code: 'NOT_FOUND', path: ['base'] }],
    ['an unknown model', () => ({ models: [{ id: NOBODY }] }), { code: 'NOT_FOUND', path: ['models', '0', 'id'] }],
    [
      'another architecture',
      () => ({ models: members('one', 'other') }),
      { code: 'MODELS_INCOMPATIBLE', issues: [{ code: 'ARCHITECTURE_DIFFERS', path: ['models', '1', 'id'] }] },
    ],
    ['no models', () => ({ models: [] }), { code: 'MODELS_INCOMPATIBLE', path: ['strategy'] }],
    [
      'too many models',
      () => ({ models: Array.from({ length: 33 }, () => ({ id: ids['one'] })) }),
      { code: 'QUOTA_EXCEEDED', path: ['models'] },
    ],
    [
      'a search',
      () => ({ strategy: { cmaEs: {} } }),
      { code: 'MODELS_INCOMPATIBLE', issues: [{ code: 'STRATEGY_NOT_FOR_MODELS', path: ['strategy'] }] },
    ],
    ['statistics', () => ({ strategy: { regMean: {} } }), { code: 'MODELS_INCOMPATIBLE' }],
    ['rules of low-rank factors', () => ({ strategy: { tsvM: {} } }), { code: 'MODELS_INCOMPATIBLE' }],
    ['an output for each', () => ({ strategy: { emr: {} } }), { code: 'MODELS_INCOMPATIBLE' }],
    ['files of a byte', () => ({ maxShardBytes: 1 }), { code: 'OPTIONS_INVALID', path: ['maxShardBytes'] }],
    ['a negative seed', () => ({ seed: -1 }), { code: 'OPTIONS_INVALID', path: ['seed'] }],
    ['a name of a novel', () => ({ name: 'x'.repeat(201) }), { code: 'QUOTA_EXCEEDED', path: ['name'] }],
  ])('are refused up front: %s', async (_, input, expected) => {
    const basis = { base: ids['base'], models: members('one', 'two'), strategy: { weightedAverage: {} } };
    expect(await fuse({ ...basis, ...input() })).toMatchObject(expected);
  });
});

async function writeModel(
  folder: string,
  model: number,
  architecture = 'llama',
  other: Partial<Record<Name, readonly number[]>> = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ model_type: architecture, tie_word_embeddings: false, torch_dtype: 'float32' }),
  );
  const shapes: [Name, readonly number[]][] = Object.entries({ ...SHAPES, ...other }) as [Name, readonly number[]][];
  await writeSafetensors(join(folder, 'model.safetensors'), {
    metadata: { format: 'pt' },
    tensors: shapes.map(([name, shape]) => ({
      name,
      shape,
      dtype: 'F32' as const,
      read: () =>
        viewBytes(Float32Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => valueOf(name, i, model))),
    })),
  });
}
