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
export function writeCsv(comparison: Comparison, rows: readonly ShownRow[]): string {
  const header = [
    'subject',
    'id',
    'task',
    'split',
    'score',
    'n',
    'low',
    'high',
    'reference',
    'difference',
    'p_adjusted',
    'significant',
  ];
  const lines = rows.flatMap(({ row, name }) =>
    row.cells.map(({ score, reference, difference }, index) => [
      name,
      row.subject.id,
      comparison.tasks[index]!.title,
      comparison.split,
      score?.value,
      score?.n,
      score?.interval.low,
      score?.interval.high,
      reference?.value,
      difference?.difference,
      difference?.pAdjusted,
      difference ? String(difference.significant) : undefined,
    ]),
  );
  return [header, ...lines].map((line) => line.map(csvField).join(',')).join('\r\n') + '\r\n';
}

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};
const escapeTex = (text: string): string => text.replace(/[\\~^&%$#_{}]/g, (sign) => SPECIAL[sign] ?? `\\${sign}`);

/** Scores in percent for `booktabs`; a star is a significant difference from the reference. */
export function writeLatex(comparison: Comparison, rows: readonly ShownRow[]): string {
  const percent = (value: number | null | undefined): string =>
    value === null || value === undefined ? '--' : (value * 100).toFixed(1);
  const line = (fields: readonly string[]): string => `${fields.join(' & ')} \\\\`;
  return [
    `\\begin{tabular}{l${'r'.repeat(comparison.tasks.length + 2)}}`,
    '\\toprule',
    line(['', ...comparison.tasks.map(({ title }) => escapeTex(title)), 'Mean', 'Worst']),
    '\\midrule',
    ...rows.map(({ row, name }) =>
      line([
        escapeTex(name),
        ...row.cells.map(({ score, difference }) => percent(score?.value) + (difference?.significant ? '$^*$' : '')),
        percent(row.mean),
        percent(row.worst),
      ]),
    ),
    '\\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

/** The answer of the API in the order that is shown. */
export function writeJson(comparison: Comparison, rows: readonly ShownRow[]): string {
  return `${JSON.stringify({ ...comparison, rows: rows.map(({ row }) => row) }, undefined, 2)}\n`;
}
