import type { Cell, Comparison } from './comparison-query';
import type { ShownRow } from './sort-rows';

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
};
const escapeTex = (text: string): string => text.replace(/[\\~^&%$#_{}<>]/g, (sign) => SPECIAL[sign] ?? `\\${sign}`);

const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? '--' : (value * 100).toFixed(1);

/** In points, with its sign in mathematics: a hyphen is no minus. */
function points(difference: number): string {
  const text = (Math.abs(difference) * 100).toFixed(1);
  return text === '0.0' ? '$\\pm 0.0' : `$${difference < 0 ? '-' : '+'}${text}`;
}

/** The score, and beside it its difference from the reference with a star where that is significant; never the difference alone. */
function scoreOf({ score, difference }: Cell, isChosenHere: boolean): string {
  if (!score) return '--';
  const chosen = isChosenHere ? '$^\\dagger$' : '';
  const beside = difference ? ` (${points(difference.difference)}${difference.significant ? '^{*}' : ''}$)` : '';
  return percent(score.value) + chosen + beside;
}

/** Of the mean, its difference with it where the platform could draw it again. */
function meanOf({ mean, meanDifference }: ShownRow['row']): readonly [score: string, interval: string] {
  if (!meanDifference) return [percent(mean), ''];
  const { difference, low, high } = meanDifference;
  return [`${percent(mean)} (${points(difference)}$)`, `{\\scriptsize [${points(low)}$, ${points(high)}$]}`];
}

const intervalOf = ({ score }: Cell): string =>
  score ? `{\\scriptsize [${percent(score.interval.low)}, ${percent(score.interval.high)}]}` : '';

/** Numbers of examples of a task, as one or as a span: subjects may have been scored on more or fewer. */
function examplesOf(rows: readonly ShownRow[], task: number): string {
  const counts = rows.flatMap(({ row }) => row.cells[task]?.score?.n ?? []);
  if (counts.length === 0) return '';
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `{\\scriptsize $n=${least}${most > least ? `$--$${most}` : ''}$}`;
}

/** What the table shows and how sure it is, so that it can stand in a paper without this console. */
export function captionOf(comparison: Comparison, rows: readonly ShownRow[], against: string): string {
  const cells = rows.flatMap(({ row }) => row.cells);
  const confidence = cells.find(({ score }) => score)?.score?.interval.confidence;
  const sentences = [
    `Scores in \\% on the ${comparison.split.toLowerCase()} split`,
    confidence === undefined ? '.' : `, with ${+(confidence * 100).toFixed(1)}\\,\\% intervals in brackets.`,
  ];
  if (cells.some(({ difference }) => difference)) {
    sentences.push(
      ` In parentheses: the difference from ${escapeTex(against)} in percentage points;`,
      ` $^{*}$ marks a difference that is significant at $\\alpha=${comparison.alpha}$ by paired tests on the same examples,`,
      ` corrected over the tasks after Holm; a difference without a star may be chance.`,
    );
  }
  if (rows.some(({ row }) => row.meanDifference)) {
    sentences.push(' The interval in the column of the mean is that of its difference, by paired bootstrap.');
  }
  if (rows.some(({ row }) => row.chosenHere)) {
    sentences.push(` $^\\dagger$: options were chosen on this split, so the figure flatters.`);
  }
  return sentences.join('');
}

/** A table for `booktabs`: two lines a subject, the score beside its difference, and the interval below. */
export function writeLatex(comparison: Comparison, rows: readonly ShownRow[], against: string): string {
  const line = (fields: readonly string[]): string => `${fields.join(' & ')} \\\\`;
  const { tasks } = comparison;
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\caption{${captionOf(comparison, rows, against)}}`,
    `\\begin{tabular}{l${'r'.repeat(tasks.length + 2)}}`,
    '\\toprule',
    line(['', ...tasks.map(({ title }) => escapeTex(title)), 'Mean', 'Worst']),
    line(['', ...tasks.map((_, task) => examplesOf(rows, task)), '', '']),
    '\\midrule',
    ...rows.flatMap(({ row, name }) => {
      const [mean, meanInterval] = meanOf(row);
      return [
        line([escapeTex(name), ...row.cells.map((cell) => scoreOf(cell, row.chosenHere)), mean, percent(row.worst)]),
        line(['', ...row.cells.map(intervalOf), meanInterval, '']),
      ];
    }),
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
