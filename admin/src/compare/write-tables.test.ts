import { describe, expect, it } from 'vitest';
import type { Comparison } from './comparison-query';
import { showRows } from './sort-rows';
import { referenceName } from './reference-name';
import { captionOf, writeLatex } from './write-latex';
import { writeCsv, writeJson } from './write-tables';

const comparison: Comparison = {
  __typename: 'Comparison',
  alpha: 0.05,
  bootstrapped: false,
  split: 'TEST',
  tasks: [{ id: 't', title: 'Digits & "letters"' }],
  rows: [
    {
      mean: 0.875,
      worst: 0.875,
      worstTask: 0,
      dominated: false,
      chosenHere: false,
      settings: [],
      meanDifference: null,
      subject: { __typename: 'Adapter', id: 'x', name: '=1+1, 50 %' },
      cells: [
        {
          score: {
            value: 0.875,
            n: 80,
            selectedOn: null,
            normalizedByBest: null,
            interval: { low: 0.78, high: 0.93, confidence: 0.95 },
          },
          reference: { value: 0.9375 },
          difference: {
            difference: -0.0625,
            pAdjusted: 0.03,
            significant: true,
            leastSignificant: 0.05,
            won: 1,
            lost: 6,
          },
        },
      ],
    },
  ],
};
const rows = showRows(comparison.rows, 'score', ({ subject }) => ('name' in subject ? subject.name : ''));

const AGAINST = 'the best specialist';

describe('a comparison as a file', () => {
  it('is CSV in full precision, and no formula to a spreadsheet', () => {
    const [header, line, ...rest] = writeCsv(comparison, rows, AGAINST).split('\r\n');
    expect(header).toBe(
      'subject,id,task,split,chosen_on,chosen_here,score,n,low,high,confidence,share_of_best,against,reference,difference,p_adjusted,significant,least_significant,won,lost',
    );
    expect(line).toBe(
      `"'=1+1, 50 %",x,"Digits & ""letters""",TEST,,false,0.875,80,0.78,0.93,0.95,,the best specialist,0.9375,-0.0625,0.03,true,0.05,1,6`,
    );
    expect(rest).toEqual(['']);
  });

  it('is JSON with names and the reference', () => {
    expect(JSON.parse(writeJson(comparison, rows, AGAINST))).toMatchObject({
      against: AGAINST,
      alpha: 0.05,
      rows: [{ name: '=1+1, 50 %', ...comparison.rows[0] }],
    });
  });
});

describe('a comparison as LaTeX', () => {
  const [row] = comparison.rows;
  const [cell] = row!.cells;
  /** The table with one cell changed. */
  const latexWith = (part: object, of: object = {}): string => {
    const changed: Comparison = { ...comparison, rows: [{ ...row!, ...of, cells: [{ ...cell!, ...part }] }] };
    return writeLatex(
      changed,
      showRows(changed.rows, 'difference', () => 'x'),
      AGAINST,
    );
  };

  it('has the score with its difference, marked where significant, and n and the interval', () => {
    const text = writeLatex(comparison, rows, AGAINST);
    expect(text).toContain('Digits \\& "letters"');
    expect(text).toContain('{\\scriptsize $n=80$}');
    expect(text).toContain('=1+1, 50 \\% & 87.5 ($-6.3^{*}$) & 87.5 & 87.5 \\\\');
    expect(text).toContain('{\\scriptsize [78.0, 93.0]}');
  });

  it('has as many fields in each line as the table has columns', () => {
    const lines = writeLatex(comparison, rows, AGAINST)
      .split('\n')
      .filter((line) => line.endsWith('\\\\'));
    expect(lines.map((line) => line.replaceAll('\\&', '').split(' & ').length)).toEqual([4, 4, 4, 4]);
  });

  it.each([
    [
      'what is not significant has no star',
      { difference: { ...cell!.difference!, significant: false } },
      '87.5 ($-6.3$)',
    ],
    [
      'a gain has its sign',
      { difference: { ...cell!.difference!, difference: 0.021, significant: false } },
      '($+2.1$)',
    ],
    [
      'next to nothing has no side',
      { difference: { ...cell!.difference!, difference: 1e-5, significant: false } },
      '($\\pm 0.0$)',
    ],
    ['no reference, no difference', { difference: null, reference: null }, 'x & 87.5 & 87.5'],
    ['no score is a dash', { score: null, difference: null }, 'x & -- & '],
  ])('%s', (_law, part, expected) => {
    expect(latexWith(part)).toContain(expected);
  });

  it('marks what was chosen on this split, and says why', () => {
    const text = latexWith({}, { chosenHere: true });
    expect(text).toContain('87.5$^\\dagger$ ($-6.3^{*}$)');
    expect(text).toContain('the figure flatters');
  });

  it('has the interval of the difference of means where there is one', () => {
    const meanDifference = { difference: -0.0625, low: -0.11, high: 0.004, confidence: 0.95 };
    const text = latexWith({}, { meanDifference });
    expect(text).toContain('& 87.5 ($-6.3$) & 87.5 \\\\');
    expect(text).toContain('{\\scriptsize [$-11.0$, $+0.4$]}');
    expect(text).toContain('by paired bootstrap');
  });

  it('says in its caption what its signs mean, and of no sign that it lacks', () => {
    const caption = captionOf(comparison, rows, 'R&D');
    expect(caption).toContain('on the test split, with 95\\,\\% intervals');
    expect(caption).toContain('difference from R\\&D in percentage points');
    expect(caption).toContain('$\\alpha=0.05$');
    expect(caption).not.toContain('dagger');
    expect(latexWith({ difference: null })).not.toContain('significant');
  });
});

describe('the name of the reference', () => {
  it.each([
    ['SPECIALIST' as const, 'the best specialist of each task'],
    ['BASE' as const, 'the bare base'],
    [{ kind: 'adapter' as const, id: 'x' }, '=1+1, 50 %'],
    // As the query does with a pinned one that is not compared.
    [{ kind: 'run' as const, id: 'gone' }, 'the best specialist of each task'],
  ])('of %j is "%s"', (against, expected) => {
    expect(referenceName(against, rows)).toBe(expected);
  });
});
