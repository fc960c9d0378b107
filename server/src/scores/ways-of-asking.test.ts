import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findReferences, type ComparisonReference } from '../comparison/find-references.js';
import { findScores } from '../comparison/find-scores.js';
import { readScores } from '../exports/card-data.js';
import { scoresSection } from '../exports/card-sections.js';
import { startApi } from '../graphql/start-api.js';
import {
  Adapter,
  AskedBy,
  BaseModel,
  Evaluation,
  FusionRun,
  type ImportRun,
  Metric,
  RunState,
  Score,
  SplitName,
  Task,
  TaskKind,
  type TrainingRun,
} from '../entities/index.js';
import { importBaseModel } from '../services/import-base-model.js';
import { golden, makeModelFolder, makeTextTask } from '../testing/made-tasks.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

const EVALUATE = `mutation ($input: EvaluateInput!) { evaluate(input: $input) { __typename
  ... on Evaluations { evaluations { id prompt by } } ... on InvalidOptions { issues { code message path } } } }`;
const FUSE = `mutation ($input: FuseInput!) { fuse(input: $input) { __typename
  ... on FusionRun { id prompt by } ... on InvalidOptions { issues { code message path } } } }`;
const SCORES = `query ($run: ID!) { node(id: $run) { ... on FusionRun { scores { prompt by normalizedByOwn normalizedByBest value } } } }`;

const CLASSES = ['no', 'yes'];
const PROMPTS = [
  { name: 'plain', input: '{first} {second} :', labelWords: CLASSES },
  { name: 'other', input: 'photo of {second} :', labelWords: CLASSES },
];

describe('how a language model is asked', () => {
  let system: TestSystem;
  let api: Awaited<ReturnType<typeof startApi>>;
  let task: Task;
  let llama: BaseModel;
  let t5: BaseModel;
  let specialists: readonly Adapter[];
  const environment = { ...process.env };

  const ask = async <Data>(query: string, variables: object): Promise<Data> => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  };

  async function takeBase(directory: string): Promise<BaseModel> {
    const asked = await importBaseModel(system.em, system.platform, { source: { directory } });
    const done = await system.until(succeeded(asked) as ImportRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return system.em.findOneOrFail(BaseModel, { id: done.base!.id });
  }

  async function storeTask(): Promise<Task> {
    const answer = { form: 'CLASS', labels: Int32Array.of(1, 1, 1) } as const;
    const more = { metric: 'accuracy', answer: 'CLASS', classes: CLASSES, prompts: PROMPTS };
    const path = await makeTextTask(system.database.home, 'questions', answer, more);
    const { digest, byteLength: sizeBytes } = await system.platform.blobs.putFile(path);
    const facts = { name: 'questions', title: 'Questions', description: '', licence: 'CC0-1.0', source: 'made here' };
    const { em } = system;
    const row = em.create(Task, {
      ...facts,
      kind: TaskKind.TEXT,
      fields: ['first', 'second'],
      prompts: PROMPTS.map((prompt) => ({ ...prompt, decimals: null })),
      metric: Metric.ACCURACY,
      classes: CLASSES,
      counts: { train: 3, validation: 3, test: 3 },
      digest,
      sizeBytes,
    } as never);
    await em.persist(row).flush();
    return row;
  }

  async function train(name: string, seed: number): Promise<Adapter> {
    const options = {
      rank: 4,
      alpha: 8,
      targetModules: ['q', 'v', 'wi', 'wo'],
      learningRate: 0.05,
      weightDecay: 0,
      batchSize: 3,
      epochs: 60,
      warmup: 0,
      patience: 60,
    };
    const asked = await system.platform.services.trainAdapter(system.em, {
      name,
      base: t5.id,
      task: task.id,
      method: 'LORA',
      options,
      seed,
    });
    const done = await system.until(succeeded(asked) as TrainingRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return system.em.findOneOrFail(Adapter, { id: done.output!.id });
  }

  beforeAll(async () => {
    system = await TestSystem.start();
    const root = join(system.database.home, 'import root');
    await cp(await makeModelFolder(system.database.home, 'base/t5', [2, 3]), join(root, 't5'), { recursive: true });
    await cp(join(golden, 'base/llama'), join(root, 'llama'), { recursive: true });
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    await system.startWorker();
    api = await startApi(system.platform, { port: 0, host: '127.0.0.1', report: () => undefined });
    task = await storeTask();
    t5 = await takeBase('t5');
    llama = await takeBase('llama');
    specialists = [await train('one', 1), await train('two', 2)];
  });
  afterAll(async () => {
    await api.close();
    await system.dispose();
    process.env = environment;
  });

  interface Answer {
    readonly evaluate: {
      readonly evaluations?: readonly { readonly id: string; readonly prompt: string; readonly by: AskedBy }[];
      readonly issues?: readonly { readonly code: string; readonly message: string; readonly path: string[] }[];
    };
  }
  const queue = async (input: object) => {
    const { evaluate } = await ask<Answer>(EVALUATE, { input: { tasks: [task.id], ...input } });
    return evaluate.evaluations![0]!;
  };
  const score = async (input: object): Promise<Score> => {
    const { id } = await queue(input);
    const evaluation = await system.until(await system.em.findOneOrFail(Evaluation, { id }));
    expect(evaluation).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return system.em.findOneOrFail(Score, { evaluation: id });
  };

  it('is by writing for an encoder-decoder and by ranking for a decoder, with the first prompt', async () => {
    expect(await queue({ base: t5.id })).toMatchObject({ by: AskedBy.GENERATE, prompt: 'plain' });
    expect(await queue({ base: llama.id, split: SplitName.TRAIN })).toMatchObject({
      by: AskedBy.RANK,
      prompt: 'plain',
    });
  });

  it('makes two scores of two ways, each measured once', async () => {
    const adapter = specialists[0]!.id;
    const written = await score({ adapter });
    const ranked = await score({ adapter, by: 'RANK' });
    const other = await score({ adapter, prompt: 'other' });
    expect(written).toMatchObject({ by: AskedBy.GENERATE, prompt: 'plain', value: 1 });
    expect(ranked).toMatchObject({ by: AskedBy.RANK, prompt: 'plain', value: 1 });
    expect(other).toMatchObject({ by: AskedBy.GENERATE, prompt: 'other' });
    expect(new Set([written.id, ranked.id, other.id]).size).toBe(3);
    expect((await score({ adapter, by: 'GENERATE', prompt: 'plain' })).id).toBe(written.id);
    const card = scoresSection(await readScores(system.em, { adapter }));
    for (const way of ['GENERATE, plain', 'RANK, plain', 'GENERATE, other'])
      expect(card).toContain(`questions (${way})`);
    // A base that was never told to answer in one word writes something else.
    expect(await score({ base: t5.id })).toMatchObject({ by: AskedBy.GENERATE, value: 0 });
  });

  it.each<[string, object, object]>([
    ['a prompt that the task has not', { prompt: 'rude' }, { code: 'PROMPT_UNKNOWN', path: ['prompt'] }],
    ['likelihoods where answers are counted', { by: 'LIKELIHOOD' }, { code: 'ANSWER_UNFIT', path: ['by'] }],
  ])('is refused with %s, before anything is queued', async (_, way, issue) => {
    const before = await system.em.count(Evaluation);
    const { evaluate } = await ask<Answer>(EVALUATE, { input: { tasks: [task.id], base: t5.id, ...way } });
    expect(evaluate.issues).toMatchObject([issue]);
    const adapters = specialists.map(({ id }) => ({ id }));
    const input = { adapters, strategy: { simpleAverage: {} }, ...way };
    expect((await ask<{ fuse: object }>(FUSE, { input })).fuse).toMatchObject({ issues: [issue] });
    expect(await system.em.count(Evaluation)).toBe(before);
  });

  it('names the known prompts', async () => {
    const { evaluate } = await ask<Answer>(EVALUATE, { input: { tasks: [task.id], base: t5.id, prompt: 'rude' } });
    expect(evaluate.issues![0]!.message).toContain('plain, other');
  });

  it('is no question for a task of images', async () => {
    const image = await system.em.findOneOrFail(Task, { kind: TaskKind.IMAGE }, { orderBy: { name: 'asc' } });
    const [adapter] = await system.adapters('LORA');
    const input = { tasks: [image.id], adapter: adapter!.id, by: 'RANK' };
    const { evaluate } = await ask<Answer>(EVALUATE, { input });
    expect(evaluate.issues).toMatchObject([{ code: 'NOT_ASKED_IN_WORDS', path: ['by'] }]);
  });

  it('holds for fusions, whose scores are normalized by specialists that were asked the same way', async () => {
    const fuse = async (way: object): Promise<string> => {
      const adapters = specialists.map(({ id }) => ({ id }));
      const input = { adapters, strategy: { simpleAverage: {} }, reuse: true, ...way };
      const { fuse: run } = await ask<{ fuse: { id: string } }>(FUSE, { input });
      const done = await system.until(await system.em.findOneOrFail(FusionRun, { id: run.id }));
      expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
      return run.id;
    };
    const scoresOf = async (run: string) =>
      (await ask<{ node: { scores: readonly { value: number }[] } }>(SCORES, { run })).node.scores;
    await score({ adapter: specialists[0]!.id, by: 'RANK' });
    const ranked = await fuse({ by: 'RANK' });
    const [byRank] = await scoresOf(ranked);
    expect(byRank).toMatchObject({ by: 'RANK', prompt: 'plain', normalizedByOwn: byRank!.value });
    // Nobody was asked this way but the fusion.
    const other = await fuse({ by: 'RANK', prompt: 'other' });
    expect(await scoresOf(other)).toMatchObject([
      { by: 'RANK', prompt: 'other', normalizedByOwn: null, normalizedByBest: null },
    ]);
    // What was asked another way is not reused; the same way in other words is.
    const written = await fuse({});
    expect(new Set([ranked, other, written]).size).toBe(3);
    expect(await fuse({ by: 'GENERATE', prompt: 'plain' })).toBe(written);
    expect(await fuse({ by: 'RANK' })).toBe(ranked);

    // Beside each other stand scores of the way that most have; a reference of another way is none.
    const subjects = [
      { kind: 'RUN', id: ranked },
      { kind: 'ADAPTER', id: specialists[0]!.id },
    ] as const;
    const rows = await findScores(system.em, subjects, [task.id], SplitName.TEST);
    expect(rows).toMatchObject([[{ by: 'RANK', prompt: 'plain' }], [{ by: 'RANK', prompt: 'plain' }]]);
    const bases = [t5.id, t5.id];
    const request = { tasks: [task.id], split: SplitName.TEST };
    const find = async (reference: ComparisonReference, subject: (typeof rows)[number]) =>
      (await findReferences(system.em, { ...request, reference }, [rows[0]!, subject], bases))[1]![0];
    const [plain] = await system.em.find(Score, { run: written });
    expect(await find({ kind: 'SPECIALIST' }, rows[1]!)).toMatchObject({ by: 'RANK', prompt: 'plain' });
    expect(await find({ kind: 'BASE' }, rows[1]!)).toBeNull();
    expect(await find({ kind: 'BASE' }, [plain!])).toMatchObject({ by: 'GENERATE', adapter: null });
    expect(await find({ kind: 'SUBJECT', subject: 0 }, [plain!])).toBeNull();
  });
});
