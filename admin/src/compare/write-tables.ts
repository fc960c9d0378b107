import type { Comparison } from './comparison-query';
import type { ShownRow } from './sort-rows';

/** A field as RFC 4180 has it. A text that a spreadsheet would run as a formula gets an apostrophe. */
function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line a cell, with all that is known of it, in full precision. */
export function writeCsv(comparison: Comparison, rows: readonly ShownRow[], against: string): string {
  const header = [
    'subject',
    'id',
    'task',
    'split',
    'chosen_on',
    'chosen_here',
    'score',
    'n',
    'low',
    'high',
    'confidence',
    'share_of_best',
    'against',
    'reference',
    'difference',
    'p_adjusted',
    'significant',
    'least_significant',
    'won',
    'lost',
  ];
  const lines = rows.flatMap(({ row, name }) =>
    row.cells.map(({ score, reference, difference }, index) => [
      name,
      row.subject.id,
      comparison.tasks[index]!.title,
      comparison.split,
      score?.selectedOn ?? undefined,
      String(row.chosenHere),
      score?.value,
      score?.n,
      score?.interval.low,
      score?.interval.high,
      score?.interval.confidence,
      score?.normalizedByBest ?? undefined,
      against,
      reference?.value,
      difference?.difference,
      difference?.pAdjusted,
      difference ? String(difference.significant) : undefined,
      difference?.leastSignificant ?? undefined,
      difference?.won,
      difference?.lost,
    ]),
  );
  return [header, ...lines].map((line) => line.map(csvField).join(',')).join('\r\n') + '\r\n';
}

/** The answer of the API in the order that is shown, with the names that are shown and what the reference is. */
export function writeJson(comparison: Comparison, rows: readonly ShownRow[], against: string): string {
  const { __typename: _, ...rest } = comparison;
  const named = rows.map(({ row, name }) => ({ name, ...row }));
  return `${JSON.stringify({ against, ...rest, rows: named }, undefined, 2)}\n`;
}
