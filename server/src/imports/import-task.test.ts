import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTextTask } from '@crucible/engine/tasks';
import {
  AdapterUpload,
  AnswerForm,
  type ImportRun,
  ImportTarget,
  Metric,
  RunState,
  Task,
  TaskKind,
  UploadPurpose,
} from '../entities/index.js';
import { importTask } from '../services/import-task.js';
import { Problem } from '../services/index.js';
import { toRecipe, type TaskDescription } from '../services/task-recipe.js';
import { makeTar } from '../testing/archives.js';
import { succeeded, TestSystem } from '../testing/test-system.js';

const golden = fileURLToPath(new URL('../../../engine/src/tasks/datasets/golden/', import.meta.url));

describe('a task that is made of files', () => {
  let system: TestSystem;
  const environment = { ...process.env };
  beforeAll(async () => {
    system = await TestSystem.start();
    const root = join(system.database.home, 'import-root');
    await mkdir(join(root, 'cola'), { recursive: true });
    for (const name of ['sentences.parquet', 'images.parquet'])
      await copyFile(join(golden, name), join(root, 'cola', name));
    await writeFile(join(root, 'cola', 'bad.jsonl'), '{"sentence":"a","label":1}\n{"sentence":"b","label":7}\n');
    await writeFile(join(system.database.home, 'secret.csv'), 'sentence,label\n');
    await symlink(join(system.database.home, 'secret.csv'), join(root, 'cola', 'link.csv'));
    process.env['CRUCIBLE_IMPORT_ROOT'] = root;
    await system.startWorker();
  });
  afterAll(async () => {
    await system.dispose();
    process.env = environment;
  });

  const table = (path: string, format: 'PARQUET' | 'JSONL' | 'CSV' = 'PARQUET') => ({
    table: { format, paths: [path] },
  });
  const carve = (examples: number) => ({ carve: { from: 'TRAIN', examples, seed: 0 } });
  const description: TaskDescription = {
    name: 'cola-test',
    description: '',
    licence: 'CC0-1.0',
    source: 'made here',
    text: { glue: 'COLA', answerColumn: 'label' },
    train: table('sentences.parquet'),
    validation: carve(500),
    test: carve(1000),
    duplicates: 'REFUSE',
  };
  const ask = async (changes: Partial<TaskDescription> = {}) => {
    const recipe = toRecipe({ ...description, ...changes });
    return recipe instanceof Problem
      ? recipe
      : importTask(system.em, system.platform, { source: { directory: 'cola' }, recipe });
  };
  const run = async (changes: Partial<TaskDescription> = {}): Promise<ImportRun> =>
    system.until(succeeded(await ask(changes)) as ImportRun);

  it('of texts becomes a row with its prompts, and a file that opens', async () => {
    const done = await run();
    expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null, target: ImportTarget.TASK });
    const task = await system.em.findOneOrFail(Task, { name: 'cola-test' });
    expect(done.task!.id).toBe(task.id);
    expect(task).toMatchObject({
      kind: TaskKind.TEXT,
      answer: AnswerForm.CLASS,
      metric: Metric.MATTHEWS,
      fields: ['sentence'],
      classes: ['unacceptable', 'acceptable'],
      counts: { train: 3500, validation: 500, test: 1000 },
    });
    expect(task.prompts.map(({ name }) => name)).toEqual(['natural', 'terse']);
    const file = await openTextTask(await system.platform.blobs.locate(task.digest));
    expect(file.counts.test).toBe(1000);
    await file.close();
    expect(await ask()).toMatchObject({ code: 'IMPORT_TASK_NAME_TAKEN', path: ['name'] });
  });

  it('of images is scored by accuracy, in the size that was asked for', async () => {
    const image = { imageColumn: 'image', labelColumn: 'label', size: 4, filter: 'BICUBIC', colour: true };
    const { text: _, ...rest } = description;
    const recipe = toRecipe({
      ...rest,
      name: 'animals',
      image,
      train: table('images.parquet'),
      validation: carve(1),
      test: carve(1),
    });
    const asked = await importTask(system.em, system.platform, {
      source: { directory: 'cola' },
      recipe: succeeded(recipe),
    });
    expect(await system.until(succeeded(asked) as ImportRun)).toMatchObject({
      state: RunState.SUCCEEDED,
      problem: null,
    });
    expect(await system.em.findOneOrFail(Task, { name: 'animals' })).toMatchObject({
      kind: TaskKind.IMAGE,
      metric: Metric.ACCURACY,
      classes: ['cat', 'dog'],
      prompts: [],
    });
  });

  it('fails with the number of the row that is wrong, and leaves nothing', async () => {
    const classes = ['unacceptable', 'acceptable'];
    const done = await run({
      name: 'bad',
      text: { glue: 'COLA', answerColumn: 'label', classes },
      train: table('bad.jsonl', 'JSONL'),
    });
    expect(done).toMatchObject({
      state: RunState.FAILED,
      problem: { code: 'DATASET_ROW_INVALID', message: expect.stringContaining('row 2: label is 7') },
    });
    expect(await system.em.count(Task, { name: 'bad' })).toBe(0);
  });

  it.each<[string, Partial<TaskDescription>, string]>([
    ['a name that is none', { name: 'A name' }, 'OPTIONS_INVALID'],
    ['a file that is not there', { name: 'x', test: table('nowhere.parquet') }, 'IMPORT_NOT_THERE'],
    ['a path out of the root', { name: 'x', test: table('../../secret.csv', 'CSV') }, 'IMPORT_OUTSIDE_ROOT'],
    ['a link out of the root', { name: 'x', test: table('link.csv', 'CSV') }, 'IMPORT_OUTSIDE_ROOT'],
    ['neither texts nor images', { name: 'x', text: undefined }, 'OPTIONS_INVALID'],
    ['texts of a folder of images', { name: 'x', test: { imageFolder: 'animals' } }, 'OPTIONS_INVALID'],
    ['a metric that its answers do not allow', { name: 'x', metric: 'PEARSON' }, 'OPTIONS_INVALID'],
    [
      'more files than one request may name',
      { name: 'x', test: { table: { format: 'CSV', paths: Array.from({ length: 10_001 }, () => 'x') } } },
      'QUOTA_EXCEEDED',
    ],
  ])('is refused at once with %s', async (_, changes, code) => {
    expect(await ask(changes)).toMatchObject({ code });
  });

  describe('that were uploaded', () => {
    const send = async (body: Buffer, purpose = UploadPurpose.TASK) => {
      const { uploads } = system.platform;
      const { upload, token } = await uploads.create(system.em, { purpose });
      const signal = new AbortController().signal;
      await uploads.receiveBody(upload.id, token, { stream: Readable.from([body]), declared: {}, signal });
      return { id: upload.id, token };
    };
    const archive = async () =>
      makeTar([
        { name: 'data/train.jsonl', bytes: lines('train', 6) },
        { name: 'data/README.md', bytes: Buffer.from('left out') },
        { name: 'data/test.jsonl', bytes: lines('test', 3) },
      ]);
    const lines = (split: string, count: number): Buffer =>
      Buffer.from(
        Array.from({ length: count }, (_, i) => JSON.stringify({ sentence: `${split} ${i}`, label: i % 2 })).join('\n'),
      );
    const importIt = async (upload: { id: string; token: string }, name: string, prefix = 'data/') => {
      const recipe = toRecipe({
        ...description,
        name,
        train: table(`${prefix}train.jsonl`, 'JSONL'),
        validation: carve(2),
        test: table(`${prefix}test.jsonl`, 'JSONL'),
      });
      return importTask(system.em, system.platform, { source: { upload }, recipe: succeeded(recipe) });
    };

    it('is made of an archive, which is gone then', async () => {
      const upload = await send(await archive());
      const done = await system.until(succeeded(await importIt(upload, 'uploaded')) as ImportRun);
      expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
      expect(await system.em.findOneOrFail(Task, { name: 'uploaded' })).toMatchObject({
        counts: { train: 4, validation: 2, test: 3 },
      });
      expect(await system.em.count(AdapterUpload, { id: upload.id })).toBe(0);
    });

    it('is made of files that were sent one by one', async () => {
      const { uploads } = system.platform;
      const { upload, token } = await uploads.create(system.em, { purpose: UploadPurpose.TASK });
      const signal = new AbortController().signal;
      for (const [split, count] of [
        ['train', 6],
        ['test', 3],
      ] as const) {
        const stream = Readable.from([lines(split, count)]);
        await uploads.receiveFile(upload.id, token, `${split}.jsonl`, { stream, declared: {}, signal });
      }
      const refused = { stream: Readable.from([Buffer.from('x')]), declared: {}, signal };
      await expect(uploads.receiveFile(upload.id, token, 'adapter.safetensors', refused)).rejects.toMatchObject({
        code: 'UPLOAD_FILE_UNWANTED',
      });
      await uploads.complete(upload.id, token);
      const done = await system.until(
        succeeded(await importIt({ id: upload.id, token }, 'one-by-one', '')) as ImportRun,
      );
      expect(done).toMatchObject({ state: RunState.SUCCEEDED, problem: null });
    });

    it('is refused without the token, with a path that is not there, and of an adapter’s upload', async () => {
      const upload = await send(await archive());
      expect(await importIt({ ...upload, token: 'another' }, 'x')).toMatchObject({ code: 'UPLOAD_UNAUTHORIZED' });
      expect(await importIt(upload, 'x', 'elsewhere/')).toMatchObject({ code: 'IMPORT_NOT_THERE' });
      await expect(system.platform.uploads.authorizeImport(system.em, upload.id, upload.token)).rejects.toMatchObject({
        code: 'UPLOAD_OTHER_PURPOSE',
      });
      await expect(send(await makeTar([{ name: 'notes.txt', bytes: Buffer.from('x') }]))).rejects.toMatchObject({
        code: 'UPLOAD_NO_TASK',
      });
    });
  });
});
