import type { Row } from './comparison-query';
import type { View } from './comparison-state';
import type { Spread } from './group-seeds';
import { labelRows } from './settings';

/** What a cell shows in a view; undefined where the score or its reference is missing. */
export function cellValue({ score, reference, difference }: Row['cells'][number], view: View): number | undefined {
  if (!score) return undefined;
  if (view === 'score') return score.value;
  if (!reference) return undefined;
  if (view === 'difference') return difference?.difference ?? score.value - reference.value;
  return reference.value > 0 ? score.value / reference.value : undefined;
}

/** Mean and least over the tasks, of what the view shows; undefined where a task is missing, because a mean over fewer tasks is another figure. */
export function summarize(row: Row, view: View): { readonly mean?: number; readonly worst?: number } {
  if (view === 'score') {
    return row.mean === null || row.worst === null ? {} : { mean: row.mean, worst: row.worst };
  }
  const values = row.cells.map((cell) => cellValue(cell, view));
  if (values.length === 0 || !values.every((value) => value !== undefined)) return {};
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, worst: Math.min(...values) };
}

export interface ShownRow {
  readonly row: Row;
  readonly name: string;
  readonly values: readonly (number | undefined)[];
  readonly mean: number | undefined;
  readonly worst: number | undefined;
  /** What sets it apart from the other rows, as a short text. */
  readonly label: string;
  /** Of runs that differ in their seed alone: they, and how far they lie apart. */
  readonly seeds?: {
    readonly rows: readonly ShownRow[];
    readonly cells: readonly (Spread | undefined)[];
    readonly mean: Spread | undefined;
    readonly worst: Spread | undefined;
  };
}

export function showRows(rows: readonly Row[], view: View, nameOf: (row: Row) => string): readonly ShownRow[] {
  const labels = labelRows(rows);
  return rows.map((row, index) => {
    const { mean, worst } = summarize(row, view);
    const values = row.cells.map((cell) => cellValue(cell, view));
    return { row, name: nameOf(row), values, mean, worst, label: labels[index]! };
  });
}

/** Made once: a comparison of two strings that makes its own takes ten times as long. */
const byName = new Intl.Collator();

/** By `mean`, `worst`, `name` or a task, descending with a minus before it. What is missing comes last either way; equal ones keep their order. */
export function sortRows(rows: readonly ShownRow[], sort: string, tasks: readonly string[]): readonly ShownRow[] {
  const descending = sort.startsWith('-');
  const field = descending ? sort.slice(1) : sort;
  const sign = descending ? -1 : 1;
  if (field === 'name') return rows.toSorted((a, b) => sign * byName.compare(a.name, b.name));
  const index = tasks.indexOf(field);
  const valueOf = (shown: ShownRow): number | undefined =>
    field === 'mean' ? shown.mean : field === 'worst' ? shown.worst : shown.values[index];
  return rows.toSorted((a, b) => {
    const [x, y] = [valueOf(a), valueOf(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return sign * (x - y);
  });
}
