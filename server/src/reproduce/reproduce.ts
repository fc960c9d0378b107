import { join } from 'node:path';
import type { ApiClient, EndedJob, ScoreRow } from './api-client.js';
import { fetchSplit } from './fetch-data.js';
import type { DataSplit, Place, PublishedRow, Recipe, RecipeTask, TaskData } from './recipe.js';

/** A row of ours beside what was published, in the order of the tasks; fractions of 1. */
export interface ReproducedRow extends PublishedRow {
  readonly scores: readonly ScoreRow[];
}

export interface ReproduceOptions {
  readonly api: ApiClient;
  readonly recipe: Recipe;
  readonly importRoot: string;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
}

/** Base, tasks and adapters in, scores of the base, of each specialist, and of each fusion of all adapters out. */
export async function reproduce(options: ReproduceOptions): Promise<readonly ReproducedRow[]> {
  const { api, recipe, onStep } = options;
  onStep(`base: ${nameOf(recipe.base)}`);
  const base = await api.run('the base', 'importBaseModel', 'ImportBaseModelInput', { source: sourceOf(recipe.base) });
  const baseId = base.base!.id;
  const tasks: string[] = [];
  const adapters: string[] = [];
  for (const task of recipe.tasks) {
    onStep(`task: ${task.title}`);
    const imported = await importTask(options, task);
    tasks.push(imported.task!.id);
    onStep(`adapter: ${nameOf(task.adapter)}`);
    const input = { base: baseId, task: imported.task!.id, name: task.name, source: sourceOf(task.adapter) };
    const adapter = await api.run(`the adapter of ${task.title}`, 'importAdapter', 'ImportAdapterInput', input);
    adapters.push(adapter.output!.id);
  }
  const score = (step: string, task: string, of: object): Promise<string> =>
    api.queue(step, 'evaluate', 'EvaluateInput', { ...of, tasks: [task] });
  onStep('scoring base and specialists');
  const bare = await Promise.all(tasks.map((task) => score('the base', task, { base: baseId })));
  const own = await Promise.all(tasks.map((task, i) => score('a specialist', task, { adapter: adapters[i]! })));
  const rows: ReproducedRow[] = [];
  for (const [row, ids] of [
    [recipe.bare, bare],
    [recipe.specialists, own],
  ] as const) {
    const scores: ScoreRow[] = [];
    for (const id of ids) scores.push((await api.finish(row.name, id)).score!);
    rows.push({ ...row, scores });
  }
  for (const row of recipe.fusions) {
    onStep(`fusing: ${row.name}`);
    const input = {
      name: row.name,
      adapters: adapters.map((id) => ({ id })),
      strategy: row.strategy,
      evaluateOn: tasks,
    };
    const run = await api.run(row.name, 'fuse', 'FuseInput', input);
    rows.push({ ...row, scores: tasks.map((id) => run.scores!.find(({ task }) => task.id === id)!) });
  }
  return rows;
}

async function importTask(options: ReproduceOptions, task: RecipeTask): Promise<EndedJob> {
  const { data } = task;
  const directory = data.kind === 'HUB' ? join('data', data.repo) : data.directory;
  const [train, test] = data.kind === 'HUB' ? await fetchSplits(options, data, directory) : [data.train, data.test];
  const input = {
    name: task.name,
    title: task.title,
    provenance: data.kind === 'HUB' ? data.repo : 'made here',
    source: { directory },
    ...task.form,
    train,
    validation: { carve: { from: 'TRAIN', examples: options.recipe.validationExamples } },
    test,
    duplicates: 'DROP',
  };
  return options.api.run(`the task ${task.title}`, 'importTask', 'ImportTaskInput', input);
}

async function fetchSplits(
  { importRoot, signal, onStep }: ReproduceOptions,
  { repo, train, test }: Extract<TaskData, { readonly kind: 'HUB' }>,
  directory: string,
): Promise<readonly [object, object]> {
  const fetchOne = async (split: DataSplit): Promise<object> => {
    const folder = join(importRoot, directory);
    const paths = await fetchSplit({ repo, split, folder, signal, onFile: (path) => onStep(`fetching ${path}`) });
    return { table: { format: 'PARQUET', paths } };
  };
  return [await fetchOne(train), await fetchOne(test)];
}

const nameOf = (place: Place): string => (place.kind === 'HUB' ? place.repo : place.directory);

const sourceOf = (place: Place): object =>
  place.kind === 'HUB' ? { hub: { repo: place.repo } } : { directory: place.directory };
