/** One task's score of one run: absolute, and normalized by the specialist of the same method; fractions of 1. */
export interface ScoreCell {
  readonly value: number;
  readonly normalized?: number;
}

export interface ScoreRow {
  readonly title: string;
  /** By task name. */
  readonly cells: ReadonlyMap<string, ScoreCell>;
  readonly seconds?: number;
}

const percent = (value: number): string => (100 * value).toFixed(1);
const ratio = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(2));

function average(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `absolute normalized`, the second column blank where there is no reference. */
function formatCell(cell: ScoreCell | undefined): string {
  return cell === undefined ? '–' : `${percent(cell.value)} ${ratio(cell.normalized).padStart(4)}`;
}

function summarize(cells: readonly ScoreCell[]): { readonly mean: string; readonly worst: string } {
  const mean = average(cells.map(({ value }) => value));
  if (mean === undefined) return { mean: '–', worst: '–' };
  const ratios = cells.flatMap(({ normalized }) => (normalized === undefined ? [] : [normalized]));
  const meanCell = formatCell({ value: mean, ...(ratios.length > 0 ? { normalized: average(ratios)! } : {}) });
  return { mean: meanCell, worst: percent(Math.min(...cells.map(({ value }) => value))) };
}

/**
 * A table of runs by tasks, every score absolute in percent with the share of the specialist beside it, then the mean over tasks, the worst task, and the seconds
 * that fusing and scoring took.
 */
export function formatScoreTable(tasks: readonly string[], rows: readonly ScoreRow[]): string {
  const header = ['', ...tasks, 'mean', 'worst', 'seconds'];
  const body = rows.map(({ title, cells, seconds }) => {
    const present = tasks.flatMap((task) => cells.get(task) ?? []);
    const { mean, worst } = summarize(present);
    return [title, ...tasks.map((task) => formatCell(cells.get(task))), mean, worst, seconds?.toFixed(1) ?? ''];
  });
  const widths = header.map((_, column) => Math.max(...[header, ...body].map((line) => line[column]!.length)));
  const format = (line: readonly string[]): string =>
    line.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  ');
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  return [format(header), rule, ...body.map((line) => format(line).trimEnd())].join('\n');
}
