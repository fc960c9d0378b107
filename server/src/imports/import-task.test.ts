import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTextTask } from '@crucible/engine/tasks';
import { AnswerForm, type ImportRun, ImportTarget, Metric, RunState, Task, TaskKind } from '../entities/index.js';
import { importTask } from '../services/import-task.js';
import { Problem } from '../services/index.js';
import { toRecipe, type TaskDescription } from '../services/task-recipe.js';
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
    return recipe instanceof Problem ? recipe : importTask(system.em, system.platform, { directory: 'cola', recipe });
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
    const asked = await importTask(system.em, system.platform, { directory: 'cola', recipe: succeeded(recipe) });
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
});
