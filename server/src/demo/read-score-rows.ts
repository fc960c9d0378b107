import type { Ask } from './graphql-client.js';
import { demoQueries } from './demo-queries.js';
import { DEMO_METHODS } from './demo-runs.js';
import type { ScoreCell, ScoreRow } from './format-score-table.js';
import type { RunNode } from './run-node.js';
import type { WorkspaceView } from './workspace-view.js';

interface ReferenceScore {
  readonly value: number;
  readonly normalizedByOwn: number | null;
  readonly task: { readonly id: string; readonly name: string };
  readonly adapter: { readonly id: string } | null;
  readonly run: { readonly id: string } | null;
}

const toCell = (value: number, normalized: number | null): ScoreCell =>
  normalized === null ? { value } : { value, normalized };

/** The rows of the demo's table: the bare base, the specialists of each method (each on its own task), then every run. */
export async function readScoreRows(
  ask: Ask,
  { specialists }: WorkspaceView,
  runs: readonly RunNode[],
): Promise<readonly ScoreRow[]> {
  const { scores } = await ask<{ readonly scores: { readonly nodes: readonly ReferenceScore[] } }>(
    demoQueries.references,
  );
  const base = scores.nodes.filter(({ adapter, run }) => adapter === null && run === null);
  const ofMethod = (method: string): ReadonlyMap<string, ScoreCell> =>
    new Map(
      specialists
        .filter((specialist) => specialist.method === method)
        .flatMap(({ id, task }) => {
          const score = scores.nodes.find((node) => node.adapter?.id === id && node.task.id === task.id);
          return score ? [[task.name, toCell(score.value, score.normalizedByOwn)] as const] : [];
        }),
    );
  const seconds = ({ startedAt, finishedAt }: RunNode): number | undefined =>
    startedAt && finishedAt ? (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 : undefined;
  return [
    { title: 'base', cells: new Map(base.map(({ task, value }) => [task.name, { value }])) },
    ...DEMO_METHODS.map((method) => ({ title: `${method} specialists`, cells: ofMethod(method) })),
    ...runs.map((run) => {
      const elapsed = seconds(run);
      return {
        title: run.name!,
        cells: new Map(run.scores.map((score) => [score.task.name, toCell(score.value, score.normalizedByOwn)])),
        ...(elapsed === undefined ? {} : { seconds: elapsed }),
      };
    }),
  ];
}
