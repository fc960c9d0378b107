import { describe, expect, it } from 'vitest';
import { formatScoreTable } from './format-score-table.js';

describe('formatScoreTable', () => {
  it('shows absolute beside normalized, the mean, the worst task and the seconds', () => {
    const table = formatScoreTable(
      ['mnist', 'hangul'],
      [
        {
          title: 'base',
          cells: new Map([
            ['mnist', { value: 0.88 }],
            ['hangul', { value: 0.36 }],
          ]),
        },
        {
          title: 'L_LORA ties',
          cells: new Map([
            ['mnist', { value: 0.925, normalized: 0.97 }],
            ['hangul', { value: 0.522, normalized: 0.89 }],
          ]),
          seconds: 12.34,
        },
      ],
    );
    expect(table.split('\n')).toEqual([
      '                 mnist     hangul       mean  worst  seconds',
      '────────────────────────────────────────────────────────────',
      'base         88.0       36.0       62.0        36.0',
      'L_LORA ties  92.5 0.97  52.2 0.89  72.3 0.93   52.2     12.3',
    ]);
  });

  it('marks a task that was not scored', () => {
    const table = formatScoreTable(['mnist'], [{ title: 'run', cells: new Map() }]);
    expect(table.split('\n')[2]).toBe('run       –     –      –');
  });
});
