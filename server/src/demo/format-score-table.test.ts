import { describe, expect, it } from 'vitest';
import { formatScoreTable } from './format-score-table.js';

describe('formatScoreTable', () => {
  it('shows absolute beside normalized, the mean, the worst task and the seconds', () => {
    const base = {
      title: 'base',
      cells: new Map([
        ['mnist', { value: 0.88 }],
        ['hangul', { value: 0.36 }],
      ]),
    };
    const fused = {
      title: 'L_LORA ties',
      cells: new Map([
        ['mnist', { value: 0.925, normalized: 0.97 }],
        ['hangul', { value: 0.522, normalized: 0.89 }],
      ]),
      seconds: 12.34,
    };
    const lines = formatScoreTable(['mnist', 'hangul'], [base, fused]).split('\n');
    expect(lines[0]!.split(/\s+/)).toEqual(['', 'mnist', 'hangul', 'mean', 'worst', 'seconds']);
    expect(lines[2]!.split(/\s+/)).toEqual(['base', '88.0', '36.0', '62.0', '36.0']);
    expect(lines[3]!.split(/\s{2,}/)).toEqual(['L_LORA ties', '92.5 0.97', '52.2 0.89', '72.4 0.93', '52.2', '12.3']);
    expect(lines[0]).toHaveLength(lines[1]!.length);
  });

  it('marks a task that was not scored', () => {
    const table = formatScoreTable(['mnist'], [{ title: 'run', cells: new Map() }]);
    expect(table.split('\n')[2]).toMatch(/^run +– +– +–$/);
  });
});
