import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Ask } from './graphql-client.js';
import { describeProgress, hasEnded, type DemoJob } from './demo-progress.js';
import { demoQueries } from './demo-queries.js';
import { demoRuns, type DemoRun } from './demo-runs.js';
import { demoErrors } from './errors.js';
import { readScoreRows } from './read-score-rows.js';
import type { RunNode } from './run-node.js';
import { formatScoreTable } from './format-score-table.js';
import { viewWorkspace, type WorkspaceView } from './workspace-view.js';

export interface DemoOptions {
  /** Where the API listens: `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  readonly signal: AbortSignal;
  /** Called whenever the progress line changes. */
  readonly onProgress: (line: string) => void;
}

interface EvaluationNode {
  readonly state: string;
  readonly problem: { readonly message: string } | null;
  readonly adapter: { readonly id: string } | null;
  readonly task: { readonly id: string };
}

/** A queue of seconds-long jobs: looking more often shows nothing more. */
const POLL_MILLISECONDS = 400;

/**
 * Scores the base and the specialists, runs every strategy on both kinds of adapters, and gives the table of what came out; all of it through the GraphQL API, so that
 * it is what a client could have done. What an earlier start has done already is found, not done again. Undefined where the workspace is empty.
 */
export async function runDemo({ url, signal, onProgress }: DemoOptions): Promise<string | undefined> {
  const ask = connect(url, signal);
  const workspace = await viewWorkspace(ask);
  if (workspace === undefined) return undefined;
  const runs = demoRuns.filter(({ method }) => workspace.specialists.some((adapter) => adapter.method === method));
  await queueMissing(ask, workspace, runs);
  for (;;) {
    const jobs = await listJobs(ask, workspace, runs);
    onProgress(describeProgress(jobs));
    const failed = jobs.find(({ state }) => state === 'FAILED' || state === 'CANCELLED');
    if (failed) throw demoErrors.jobFailed({ title: failed.title, problem: failed.problem ?? 'it was cancelled.' });
    if (jobs.every(hasEnded)) break;
    await delay(POLL_MILLISECONDS, undefined, { signal });
  }
  const names = workspace.tasks.map(({ name }) => name);
  return formatScoreTable(names, await readScoreRows(ask, workspace, await listRuns(ask, runs)));
}

/** Queues what no earlier start has queued. `evaluate` answers with what is there already; runs are found by their names. */
async function queueMissing(ask: Ask, workspace: WorkspaceView, runs: readonly DemoRun[]): Promise<void> {
  const { base, tasks, specialists } = workspace;
  await mutate(ask, demoQueries.evaluate, { base: base.id, tasks: tasks.map(({ id }) => id) });
  for (const { id, task } of specialists) await mutate(ask, demoQueries.evaluate, { adapter: id, tasks: [task.id] });
  const known = new Set((await listRuns(ask, runs)).map(({ name }) => name));
  for (const { name, method, strategy } of runs) {
    if (known.has(name)) continue;
    const adapters = specialists.filter((adapter) => adapter.method === method).map(({ id }) => ({ id }));
    await mutate(ask, demoQueries.fuse, { name, adapters, strategy, tasks: tasks.map(({ id }) => id) });
  }
}

interface MutationAnswer {
  readonly [field: string]: { readonly __typename: string; readonly message?: string };
}

async function mutate(ask: Ask, document: string, variables: Readonly<Record<string, unknown>>): Promise<void> {
  for (const outcome of Object.values(await ask<MutationAnswer>(document, variables))) {
    if (outcome.message !== undefined) throw demoErrors.requestFailed({ message: outcome.message });
  }
}

/** The demo's runs, the latest of each name. */
async function listRuns(ask: Ask, runs: readonly DemoRun[]): Promise<readonly RunNode[]> {
  const { fusionRuns } = await ask<{ readonly fusionRuns: { readonly nodes: readonly RunNode[] } }>(demoQueries.runs);
  return runs.flatMap(({ name }) => fusionRuns.nodes.find((run) => run.name === name) ?? []);
}

async function listJobs(
  ask: Ask,
  { specialists, tasks }: WorkspaceView,
  runs: readonly DemoRun[],
): Promise<readonly (DemoJob & { readonly problem?: string | undefined })[]> {
  const { evaluations } = await ask<{ readonly evaluations: { readonly nodes: readonly EvaluationNode[] } }>(
    demoQueries.evaluations,
  );
  const adapterNames = new Map(specialists.map(({ id, name }) => [id, name]));
  const taskNames = new Map(tasks.map(({ id, name }) => [id, name]));
  const references = evaluations.nodes.filter(({ adapter }) => adapter === null || adapterNames.has(adapter.id));
  return [
    ...references.map(({ state, adapter, task, problem }) => ({
      title: `${adapter ? adapterNames.get(adapter.id)! : 'base'} on ${taskNames.get(task.id)}`,
      state,
      problem: problem?.message,
    })),
    ...(await listRuns(ask, runs)).map(({ name, state, progress, problem }) => ({
      title: name!,
      state,
      progress,
      problem: problem?.message,
    })),
  ];
}
