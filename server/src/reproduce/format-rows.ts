import type { Recipe } from './recipe.js';
import type { ReproducedRow } from './reproduce.js';

/** The table in Markdown: ours in percent, and what was published in brackets; means over all tasks, and over those that have both. */
export function formatRows(recipe: Recipe, rows: readonly ReproducedRow[]): string {
  const head = ['', ...recipe.tasks.map(({ title }) => title), 'mean'];
  const lines = rows.map(({ name, scores, published }) => {
    const ours = scores.map(({ value }) => 100 * value);
    const cells = ours.map((value, i) => cell(value, published?.[i] ?? null));
    const whole = published !== null && published.every((value) => value !== null);
    return [name, ...cells, cell(mean(ours), whole ? mean(published.map((value) => value!)) : null)];
  });
  const counts = ['n', ...(rows[0]?.scores.map(({ n }) => String(n)) ?? []), ''];
  const all = [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...lines, counts];
  return all.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const cell = (ours: number, published: number | null): string =>
  published === null ? ours.toFixed(1) : `${ours.toFixed(1)} (${published.toFixed(1)})`;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
