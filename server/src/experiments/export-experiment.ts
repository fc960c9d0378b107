import { CellKind } from '../entities/index.js';
import type { CellRow, ExperimentTable } from './read-experiment.js';
import type { Estimate } from './summarize-cells.js';

const COLUMNS = [
  'kind',
  'mode',
  'strategy',
  'options',
  'seed',
  'space',
  'size',
  'tasks',
  'state',
  'n',
  'mean',
  'mean_low',
  'mean_high',
  'worst',
  'worst_task',
  'normalized_by_own',
  'normalized_by_best',
] as const;

/** One line per cell, then one column per task with its accuracy. RFC 4180; numbers with a point, empty where there is none. */
export function experimentCsv(table: ExperimentTable): string {
  const header = [...COLUMNS, ...table.tasks.map(({ name }) => name)];
  const lines = table.rows.map((row) => {
    const record = recordOf(table, row);
    const byTask = new Map(record.scores.map(({ task, accuracy }) => [task, accuracy]));
    return [
      ...COLUMNS.map((column) => {
        const value = record[column];
        return Array.isArray(value) ? value.join(' ') : value;
      }),
      ...table.tasks.map(({ name }) => byTask.get(name) ?? null),
    ];
  });
  return [header, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula is told to be one by a quote before it. */
function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  const text = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Everything: what was asked for, every cell, and the summary by size. */
export function experimentJson(table: ExperimentTable): object {
  const { experiment, tasks, specialists, best, base, sizes, rows } = table;
  return {
    version: 1,
    id: experiment.id,
    name: experiment.name,
    state: experiment.state,
    tasks: tasks.map(({ name, digest }) => ({ name, digest })),
    modes: experiment.modes,
    strategies: experiment.strategies,
    seeds: experiment.seeds,
    validationExamples: experiment.validationExamples,
    testExamples: experiment.testExamples,
    specialists,
    bestSpecialists: best,
    base,
    sizes: sizes.map((size) => ({
      ...size,
      mode: nameOf(experiment.modes, size.mode),
      strategy: nameOf(experiment.strategies, size.strategy),
    })),
    cells: rows.map((row) => recordOf(table, row)),
  };
}

function recordOf({ experiment, tasks }: ExperimentTable, { cell, scored, ...row }: CellRow) {
  const strategy = cell.strategy === null ? undefined : experiment.strategies[cell.strategy];
  const known = scored.scores.length > 0;
  const lowOf = (estimate: Estimate | null, end: 'low' | 'high'): number | null => estimate && estimate[end];
  return {
    kind: cell.kind,
    mode: nameOf(experiment.modes, cell.mode),
    strategy: strategy?.name ?? null,
    options: cell.kind === CellKind.FUSED && known ? JSON.stringify(strategy?.points[cell.chosen] ?? null) : null,
    seed: cell.kind === CellKind.FUSED ? cell.seed : null,
    space: cell.space,
    size: cell.subset.length,
    tasks: cell.subset.map((task) => tasks[task]!.name),
    state: cell.state,
    problem: cell.problem,
    n: known ? scored.scores.reduce((sum, { n }) => sum + n, 0) : null,
    mean: row.mean && row.mean.value,
    mean_low: lowOf(row.mean, 'low'),
    mean_high: lowOf(row.mean, 'high'),
    worst: row.worst,
    worst_task: row.worstTask === null ? null : tasks[row.worstTask]!.name,
    normalized_by_own: row.normalizedByOwn && row.normalizedByOwn.value,
    normalized_by_best: row.normalizedByBest && row.normalizedByBest.value,
    validation: cell.validation,
    scores: scored.scores.map(({ task, n, correct }) => ({
      task: tasks[task]!.name,
      n,
      correct,
      accuracy: correct / n,
    })),
  };
}

const nameOf = (list: readonly { readonly name: string }[], index: number | null): string | null =>
  index === null ? null : (list[index]?.name ?? null);
