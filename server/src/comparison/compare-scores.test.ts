import { describe, expect, it } from 'vitest';
import { compareScores, type ScoredCell } from './compare-scores.js';

/** `right` of n, beginning at `from`: two cells overlap as their ranges do. */
const cell = (n: number, from: number, right: number): ScoredCell => ({
  value: right / n,
  outcomes: Uint8Array.from({ length: n }, (_, i) => Number(i >= from && i < from + right)),
});
const options = { alpha: 0.05, seed: 0, bootstrap: true };

describe('a comparison', () => {
  const reference = [cell(100, 0, 50), cell(100, 0, 50)];

  it('counts what each side alone got right, and adjusts over the tasks of a subject', () => {
    const [row] = compareScores([[cell(100, 0, 60), cell(100, 10, 50)]], [reference], options);
    // Task 1: 10 won, none lost: p = 2^-9. Task 2: 10 and 10: p = 1.
    expect(row!.differences).toMatchObject([
      { difference: 0.1, won: 10, lost: 0, pValue: 2 ** -9, pAdjusted: 2 ** -8, significant: true },
      { difference: 0, won: 10, lost: 10, pValue: 1, pAdjusted: 1, significant: false },
    ]);
    expect(row!.meanDifference!.difference).toBeCloseTo(0.05, 12);
    expect(row!.meanDifference!.low).toBeLessThan(0.05);
    expect(row!.meanDifference!.high).toBeGreaterThan(0.05);
  });

  it('says of five pairs that disagree that they can show nothing', () => {
    const [row] = compareScores([[cell(100, 0, 55)]], [[reference[0]!]], options);
    expect(row!.differences[0]).toMatchObject({ won: 5, significant: false, leastSignificant: null });
  });

  it('has mean and worst only of a row without gaps, and finds who is dominated', () => {
    const rows = [
      [cell(10, 0, 8), cell(10, 0, 4)],
      [cell(10, 0, 7), cell(10, 0, 4)],
      [cell(10, 0, 5), cell(10, 0, 5)],
      [cell(10, 0, 10), null],
    ];
    const compared = compareScores(
      rows,
      rows.map(() => [null, null]),
      options,
    );
    expect(compared.map(({ mean, worst, worstTask, dominated }) => [mean, worst, worstTask, dominated])).toEqual([
      [0.6000000000000001, 0.4, 1, false],
      [0.55, 0.4, 1, true],
      [0.5, 0.5, 0, false],
      [null, null, null, false],
    ]);
  });

  it('compares nothing with itself, with nothing, or with other examples', () => {
    const own = cell(10, 0, 5);
    const rows = [[own, cell(10, 0, 5), cell(10, 0, 5)]];
    const [row] = compareScores(rows, [[own, null, cell(9, 0, 5)]], options);
    expect(row!.differences).toEqual([null, null, null]);
    expect(row!.meanDifference).toBeNull();
  });
});
