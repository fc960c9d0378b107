import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Adapter,
  type Evaluation,
  type ImportRun,
  Metric,
  RunState,
  Score,
  ScoreOrigin,
  SplitName,
  Task,
} from '../entities/index.js';
import { compare } from '../comparison/compare.js';
import { OutcomeCache } from '../comparison/outcome-cache.js';
import { evaluateOutside, type EvaluateOutsideInput } from '../services/evaluate-outside.js';
import { importHarnessScores, type ImportHarnessScoresInput } from '../services/import-harness-scores.js';
import { importTask } from '../services/import-task.js';
import { toRecipe } from '../services/task-recipe.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

const rows = (split: string, count: number): string =>
  Array.from({ length: count }, (_, i) => JSON.stringify({ sentence: `${split} sentence ${i}`, label: i % 2 })).join(
    '\n',
  );

/** Says "positive" of sentences with an odd number, but for number 3. */
const answerOf = (prompt: string): string => {
  const number = Number(/sentence (\d+)/.exec(prompt)?.[1]);
  return number % 2 === 1 && number !== 3 ? ' positive' : ' negative';
};

describe('scores from outside', () => {
  let system: TestSystem;
  let server: Server;
  let url: string;
  let task: Task;
  let adapter: Adapter;
  const asked: string[] = [];
  const environment = { ...process.env };

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { prompt } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly prompt: string };
        asked.push(request.headers.authorization ?? '');
        response.end(JSON.stringify({ choices: [{ text: answerOf(prompt) }] }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    system = await TestSystem.start();
    const root = join(system.database.home, 'import-root');
    await mkdir(root);
    for (const [split, count] of [
      ['train', 4],
      ['validation', 4],
      ['test', 8],
    ] as const) {
      await writeFile(join(root, `${split}.jsonl`), rows(split, count));
    }
    Object.assign(process.env, {
      CRUCIBLE_IMPORT_ROOT: root,
      CRUCIBLE_EVALUATOR_ENDPOINTS: url,
      CRUCIBLE_EVALUATOR_KEY_TEST: 'secret',
    });
    await system.startWorker();
    const table = (split: string) => ({ table: { format: 'JSONL' as const, paths: [`${split}.jsonl`] } });
    const recipe = toRecipe({
      name: 'sst2-test',
      description: '',
      licence: '',
      source: '',
      text: { glue: 'SST2', answerColumn: 'label' },
      train: table('train'),
      validation: table('validation'),
      test: table('test'),
      duplicates: 'REFUSE',
    });
    const run = await importTask(system.em, system.platform, { source: { directory: '.' }, recipe: succeeded(recipe) });
    await system.until(succeeded(run) as ImportRun);
    task = await system.em.findOneOrFail(Task, { name: 'sst2-test' });
    adapter = (await system.adapters('LORA'))[0]!;
  });
  afterAll(async () => {
    await system.dispose();
    await new Promise((resolve) => server.close(resolve));
    process.env = environment;
  });

  const ask = async (changes: Partial<EvaluateOutsideInput> = {}) =>
    evaluateOutside(system.em, system.platform, {
      evaluator: 'openAi',
      options: { url, model: 'sst2-lora', key: 'TEST' },
      adapter: adapter.id,
      tasks: [task.id],
      maxTokens: 8,
      ...changes,
    });

  it('are measured from what a model elsewhere answered, with outcomes that can be paired', async () => {
    const [evaluation] = succeeded(await ask()) as readonly Evaluation[];
    const done = await system.until(evaluation!);
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, origin: ScoreOrigin.EVALUATOR });
    const score = await system.em.findOneOrFail(Score, { evaluation: done.id });
    expect(score).toMatchObject({
      origin: ScoreOrigin.EVALUATOR,
      source: expect.stringContaining('sst2-lora at 127.0.0.1'),
      split: SplitName.TEST,
      metric: Metric.ACCURACY,
      value: 7 / 8,
      n: 8,
      loss: null,
    });
    expect(score.measurements.map(({ metric }) => metric)).toEqual([Metric.ACCURACY, Metric.MACRO_F1, Metric.MATTHEWS]);
    expect(score.outcomes).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(asked)).toEqual(new Set(['Bearer secret']));
  });

  it('fail where the operator did not allow the endpoint', async () => {
    const options = { url: 'http://127.0.0.1:9/v1', model: 'x' };
    const [evaluation] = succeeded(await ask({ options })) as readonly Evaluation[];
    expect(await system.until(evaluation!)).toMatchObject({
      state: RunState.FAILED,
      problem: { code: 'EVALUATOR_ENDPOINT_FORBIDDEN' },
    });
  });

  it.each<[string, Partial<EvaluateOutsideInput>, string]>([
    ['an evaluator that is not installed', { evaluator: 'nobody' }, 'STRATEGY_UNAVAILABLE'],
    ['options that it does not know', { options: { url: 'http://a', model: 'x', colour: 1 } }, 'OPTIONS_INVALID'],
    ['options that it lacks', { options: {} }, 'OPTIONS_INVALID'],
    ['a prompt that the task has not', { prompt: 'rude' }, 'OPTIONS_INVALID'],
    ['a question that its metric does not answer', { by: 'LIKELIHOOD' }, 'OPTIONS_INVALID'],
    ['neither adapter nor base', { adapter: undefined }, 'OPTIONS_INVALID'],
    ['a task that is not there', { tasks: ['00000000-0000-7000-8000-000000000000'] }, 'NOT_FOUND'],
  ])('are refused at once with %s', async (_, changes, code) => {
    expect(await ask(changes)).toMatchObject({ code });
  });

  it('are refused on tasks of images', async () => {
    const image = await system.em.findOneOrFail(Task, { kind: 'IMAGE' as never }, { orderBy: { name: 'asc' } });
    expect(await ask({ tasks: [image.id] })).toMatchObject({ code: 'OPTIONS_INVALID', path: ['tasks', '0'] });
  });

  describe('by lm-evaluation-harness', () => {
    const golden = fileURLToPath(new URL('../../src/scores/golden/results.json', import.meta.url));
    const take = async (changes: Partial<ImportHarnessScoresInput> = {}) =>
      importHarnessScores(system.em, {
        file: 'results.json',
        adapter: adapter.id,
        tasks: [{ name: 'pairs', task: task.id, split: SplitName.TEST }],
        ...changes,
      });
    beforeAll(() => copyFile(golden, join(process.env['CRUCIBLE_IMPORT_ROOT']!, 'results.json')));

    it('become scores that say where they come from, and are paired with nothing', async () => {
      const [score] = succeeded(await take()) as readonly Score[];
      const read = await system.em.findOneOrFail(Score, { id: score!.id }, { populate: ['evaluation'] });
      expect(read).toMatchObject({
        origin: ScoreOrigin.IMPORTED,
        source: 'lm-evaluation-harness 0.4.13: dummy',
        metric: Metric.ACCURACY,
        value: 0.7,
        n: 20,
        outcomes: null,
        loss: null,
      });
      expect(read.measurements).toMatchObject([
        { metric: Metric.ACCURACY, value: 0.7, n: 20, interval: { ...read.interval } },
        { metric: Metric.MATTHEWS, n: 20 },
      ]);
      expect(read.evaluation.getEntity()).toMatchObject({ state: RunState.SUCCEEDED, origin: ScoreOrigin.IMPORTED });
      const subjects = [
        { kind: 'ADAPTER', id: adapter.id },
        { kind: 'BASE', id: adapter.base.id },
      ] as const;
      const compared = await compare(system.em, new OutcomeCache(system.platform.blobs), {
        subjects,
        tasks: [task.id],
        split: SplitName.TEST,
        reference: { kind: 'SUBJECT', subject: 1 },
        alpha: 0.05,
        seed: 0,
      });
      expect(compared).toMatchObject({ rows: [{ scores: [{ value: 0.7 }] }, { scores: [null] }] });
    });

    it('are all taken in, or none', async () => {
      const before = await system.em.count(Score);
      const tasks = [
        { name: 'pairs', task: task.id, split: SplitName.TEST },
        { name: 'nothing', task: task.id, split: SplitName.TEST },
      ];
      expect(await take({ tasks })).toMatchObject({ code: 'IMPORT_HARNESS_TASK_MISSING' });
      expect(await system.em.count(Score)).toBe(before);
      expect(await take({ file: '../secret.json' })).toMatchObject({ code: 'IMPORT_OUTSIDE_ROOT' });
      expect(await take({ base: adapter.base.id })).toMatchObject({ code: 'OPTIONS_INVALID' });
    });
  });
});
