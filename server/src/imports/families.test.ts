import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTaskHead, writeTextTask } from '@crucible/engine/tasks';
import {
  Adapter,
  BaseModel,
  type Evaluation,
  type FusionRun,
  type ImportRun,
  Metric,
  RunState,
  Score,
  SplitName,
  Task,
  TaskHead,
  TaskKind,
} from '../entities/index.js';
import { describeComputation } from '../services/describe-computation.js';
import { importAdapter } from '../services/import-adapter.js';
import { importBaseModel } from '../services/import-base-model.js';
import { makeImageTask, NAMES, WORDS } from '../testing/made-tasks.js';
import { succeeded, TestSystem } from '../testing/test-system.js';
import { tokenizerOf } from '../testing/word-tokenizer.js';

/** Models and adapters of PEFT as engine/golden has them, where their outputs are compared with transformers and PEFT. */
const golden = fileURLToPath(new URL('../../golden/', import.meta.url));

const TEXT_WORDS = ['good', 'bad', 'so', 'film'];

describe('models of every family', () => {
  let system: TestSystem;
  const environment = { ...process.env };
  beforeAll(async () => {
    system = await TestSystem.start();
    const root = join(system.database.home, 'import root');
    await cp(join(golden, 'families'), join(root, 'families'), { recursive: true });
    const write = (family: string, json: object) =>
      writeFile(join(root, 'families', family, 'model/tokenizer.json'), JSON.stringify(json));
    await write('bert-classifier', tokenizerOf(TEXT_WORDS, [2, 3]));
    await write('clip-eos', tokenizerOf(WORDS, [2, 33]));
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    await system.startWorker();
  });
  afterAll(async () => {
    await system.dispose();
    process.env = environment;
  });

  /** Taken in once. */
  const taken = new Map<string, Promise<BaseModel>>();
  const takeBase = (directory: string): Promise<BaseModel> => {
    const known = taken.get(directory) ?? takeIn(directory);
    taken.set(directory, known);
    return known;
  };

  async function takeIn(directory: string): Promise<BaseModel> {
    const asked = await importBaseModel(system.em, system.platform, { source: { directory } });
    const done = await system.until(succeeded(asked) as ImportRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return system.em.findOneOrFail(BaseModel, { id: done.base!.id });
  }

  it.each([
    [
      'families/clip-eos/model',
      { architecture: 'clip', imageSize: 28 },
      { family: 'clip', reads: ['IMAGES', 'TEXT'], imageSize: 28, maxTokens: 10, vocabulary: 37, linearLayers: 14 },
    ],
    [
      'families/vit/model',
      { architecture: 'vit', imageSize: 32 },
      { family: 'vit', reads: ['IMAGES'], imageSize: 32, maxTokens: null, linearLayers: 12 },
    ],
    [
      'families/bert-classifier/model',
      { architecture: 'bert', imageSize: null },
      { family: 'bert', reads: ['TEXT'], targetModules: ['dense', 'key', 'query', 'value'], maxTokens: 16 },
    ],
  ])('are taken in from %s, and say what is computed of them', async (directory, row, computation) => {
    const base = await takeBase(directory);
    expect(base).toMatchObject(row);
    expect(describeComputation(base.config)).toMatchObject({ computation, why: null });
  });

  it('are described as not computed where the family is unknown', () => {
    const { computation, why } = describeComputation({ model_type: 'mamba' });
    expect(computation).toBeNull();
    expect(why).toMatch(/"mamba".*bert/);
  });

  const takeAdapter = async (family: string, base: BaseModel, name: string): Promise<Adapter> => {
    const source = { directory: `families/${family}/adapter` };
    const asked = await importAdapter(system.em, system.platform, { source, base: base.id, name });
    const done = await system.until(succeeded(asked) as ImportRun);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    return system.em.findOneOrFail(Adapter, { id: done.output!.id });
  };

  it('take the adapters that PEFT saved, by whatever names transformers has for their layers', async () => {
    const base = await takeBase('families/vit/model');
    const adapter = await takeAdapter('vit', base, 'of a ViT');
    expect(adapter.base.id).toBe(base.id);
  });

  /** Pairs of words in three classes. */
  async function storeTask(): Promise<Task> {
    const path = await system.platform.blobs.incoming();
    const facts = { name: 'films', title: 'Films', description: '', licence: 'CC0-1.0', source: 'made here' };
    const classes = ['bad', 'so', 'good'];
    const splits = Object.fromEntries(
      ['train', 'validation', 'test'].map((split, index) => {
        const texts = new Map([['text', classes.map((word) => `${word} ${TEXT_WORDS[index]!} film`)]]);
        return [split, { count: 3, texts, answer: { form: 'CLASS', labels: Int32Array.of(0, 1, 2) } }];
      }),
    );
    const manifest = {
      ...facts,
      version: 1,
      kind: 'TEXT_TASK',
      metric: 'accuracy',
      answer: 'CLASS',
      fields: ['text'],
      classes,
    };
    const prompts = [{ name: 'plain', input: '{text}', labelWords: classes }];
    const { digest, byteLength } = await writeTextTask(path, { ...manifest, prompts } as never, splits as never);
    await system.platform.blobs.adopt(path, digest);
    const counts = { train: 3, validation: 3, test: 3 };
    const row = {
      ...facts,
      kind: TaskKind.TEXT,
      metric: Metric.ACCURACY,
      classes,
      counts,
      digest,
      sizeBytes: byteLength,
    };
    const { em } = system;
    const task = em.create(Task, row as never);
    await em.persist(task).flush();
    return task;
  }

  it('are told the classes of images in words, and keep that as their head for the task', async () => {
    const base = await takeBase('families/clip-eos/model');
    const { path } = await makeImageTask(system.database.home, 28, 3);
    const { digest, byteLength: sizeBytes } = await system.platform.blobs.putFile(path);
    const facts = { name: 'digits', title: 'Digits', description: '', licence: 'CC0-1.0', source: 'made here' };
    const counts = { train: 6, validation: 6, test: 6 };
    const { em } = system;
    const task = em.create(Task, {
      ...facts,
      metric: Metric.ACCURACY,
      classes: NAMES.slice(0, 3),
      counts,
      digest,
      sizeBytes,
    } as never);
    await em.persist(task).flush();
    for (const split of [SplitName.TEST, SplitName.VALIDATION]) {
      const asked = await system.platform.services.evaluate(system.em, { base: base.id, tasks: [task.id], split });
      const [evaluation] = succeeded(asked) as readonly Evaluation[];
      expect(await system.until(evaluation!)).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    }
    const heads = await system.em.find(TaskHead, { task: task.id });
    expect(heads).toMatchObject([{ base: { id: base.id }, classes: 3, projection: 16 }]);
    const head = await openTaskHead(await system.platform.blobs.locate(heads[0]!.digest));
    expect(head).toMatchObject({ baseDigest: base.digest, taskName: 'made', classes: 3, projection: 16 });
    expect(await system.em.count(Score, { task: task.id, base: base.id })).toBe(2);
  });

  it('fuse, and are scored on texts by their own classifier', async () => {
    const base = await takeBase('families/bert-classifier/model');
    const members = [
      await takeAdapter('bert-classifier', base, 'one'),
      await takeAdapter('bert-classifier', base, 'two'),
    ];
    const task = await storeTask();
    const asked = await system.platform.services.fuse(system.em, {
      strategy: { id: 'simpleAverage', options: {} },
      adapters: members.map(({ id }) => ({ adapter: id })),
      evaluateOn: [task.id],
    });
    const run = await system.until(succeeded(asked) as FusionRun);
    expect(run).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    const scores = await system.em.find(Score, { task: task.id });
    expect(scores).toHaveLength(1);
    expect(scores[0]).toMatchObject({ metric: Metric.ACCURACY, n: 3, loss: expect.any(Number) });
    const vit = await takeBase('families/vit/model');
    expect(await system.platform.services.evaluate(system.em, { base: vit.id, tasks: [task.id] })).toMatchObject({
      issues: [{ code: 'HEAD_MISSING', message: expect.stringContaining('a vit answers no texts') }],
    });
  });
});
