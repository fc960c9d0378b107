import { describe, expect, it } from 'vitest';
import type { Comparison } from './comparison-query';
import { showRows } from './sort-rows';
import { writeCsv, writeJson, writeLatex } from './write-tables';

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

describe('a comparison as a file', () => {
  it('is CSV in full precision, and no formula to a spreadsheet', () => {
    expect(writeCsv(comparison, rows).split('\r\n')[1]).toBe(
      `"'=1+1, 50 %",x,"Digits & ""letters""",TEST,0.875,80,0.78,0.93,0.9375,-0.0625,0.03,true`,
    );
  });

  it('is LaTeX, with its special signs escaped and a star at what is significant', () => {
    const text = writeLatex(comparison, rows);
    expect(text).toContain('Digits \\& "letters"');
    expect(text).toContain('=1+1, 50 \\% & 87.5$^*$ & 87.5 & 87.5 \\\\');
  });

  it('is the answer of the API as JSON', () => {
    expect(JSON.parse(writeJson(comparison, rows))).toEqual(comparison);
  });
});
