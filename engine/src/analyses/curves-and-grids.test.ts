import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../evaluation/index.js';
import { cosineMatrix } from './cosine-matrix.js';
import { analysesErrors } from './errors.js';
import { axisValues, PAPER_AXIS } from './grid.js';
import { intervalOfMean, optionCurve, type TaskScore } from './option-curve.js';

const score = (correct: number, n = 100): TaskScore => ({ n, correct, interval: wilsonInterval(correct, n), loss: 1 });

describe('grids', () => {
  it('hold 0 and 1 exactly where they are steps', () => {
    const axis = axisValues(PAPER_AXIS);
    expect(axis).toHaveLength(21);
    expect([axis[0], axis[10], axis[15], axis[20]]).toEqual([-2, 0, 1, 2]);
    expect(axis[11]).toBe(0.2);
    expect(Object.is(axis[10], 0)).toBe(true);
    expect(axisValues({ from: 0, to: 1, steps: 3 })).toEqual([0, 0.5, 1]);
    expect(axisValues({ from: 0, to: 1, steps: 4 })[1]).toBe(1 / 3);
  });
});

describe('curves over an option', () => {
  it('choose on validation, the first of equals, and say what choosing on test would have added', () => {
    const curve = optionCurve([
      { value: 0.1, validation: [score(50), score(60)], test: [score(70), score(90)] },
      { value: 0.2, validation: [score(80), score(70)], test: [score(60), score(72)] },
      { value: 0.3, validation: [score(70), score(80)], test: [score(95), score(95)] },
    ]);
    expect(curve.chosen).toBe(1);
    expect(curve.bestOnTest).toBe(2);
    expect(curve.optimism).toBeCloseTo(0.95 - 0.66, 12);
    expect(curve.points[0]!.test).toMatchObject({ mean: 0.8, tasks: [{ accuracy: 0.7, n: 100 }, { accuracy: 0.9 }] });
  });

  it('want every task at every point, on both splits', () => {
    const { code } = analysesErrors.scoresInvalid.entry;
    for (const test of [[], [score(1)]]) {
      const point = { value: 1, validation: [score(1), score(1)], test };
      expect(() => optionCurve([point])).toThrow(expect.objectContaining({ code }) as Error);
    }
    expect(() => optionCurve([{ value: 1, validation: [], test: [] }])).toThrow(/0 scores/);
  });

  // Of one group it is Agresti and Coull's: two successes and two failures more. By hand for 81 of 263: 83/267 ± 1.95996·√(p(1 − p)/267).
  it('have an interval of the mean: Price and Bonett’s', () => {
    const { low, high, confidence } = intervalOfMean([{ n: 263, correct: 81 }]);
    const p = 83 / 267;
    const reach = 1.959963984540054 * Math.sqrt((p * (1 - p)) / 267);
    expect(low).toBeCloseTo(p - reach, 8);
    expect(high).toBeCloseTo(p + reach, 8);
    expect(confidence).toBe(0.95);
    // Neither empty at the ends, nor beyond them.
    expect(
      intervalOfMean([
        { n: 9, correct: 9 },
        { n: 9, correct: 9 },
      ]),
    ).toMatchObject({ high: 1 });
    expect(
      intervalOfMean([
        { n: 9, correct: 9 },
        { n: 9, correct: 9 },
      ]).low,
    ).toBeLessThan(0.95);
    // More tasks of the same size make the mean surer.
    const width = (tasks: number): number => {
      const interval = intervalOfMean(Array.from({ length: tasks }, () => ({ n: 100, correct: 50 })));
      return interval.high - interval.low;
    };
    expect(width(4) / width(1)).toBeCloseTo(0.5, 1);
  });

  // Frequentist coverage by exact summation over all outcomes of two small groups.
  it('cover the true mean about as often as they say', () => {
    const n = 20;
    const [p, q] = [0.9, 0.6];
    const density = (k: number, share: number): number => {
      let choose = 1;
      for (let i = 0; i < k; i += 1) choose *= (n - i) / (i + 1);
      return choose * share ** k * (1 - share) ** (n - k);
    };
    let covered = 0;
    for (let i = 0; i <= n; i += 1) {
      for (let j = 0; j <= n; j += 1) {
        const { low, high } = intervalOfMean([
          { n, correct: i },
          { n, correct: j },
        ]);
        if (low <= (p + q) / 2 && (p + q) / 2 <= high) covered += density(i, p) * density(j, q);
      }
    }
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.98);
  });
});

it('cosines become symmetric matrices', () => {
  const pair = (left: number, right: number, cosine: number) => ({
    left,
    right,
    cosine,
    normRatio: 1,
    columnOverlap: 0.5,
    rowOverlap: 0.25,
  });
  const matrix = cosineMatrix({
    modules: [],
    layers: [],
    weights: [1, 1, 1],
    truncationErrors: [],
    norms: [1, 2, 0],
    pairs: [pair(0, 1, 0.3), pair(0, 2, 0), pair(1, 2, 0)],
  });
  expect(matrix.cosine).toEqual([
    [1, 0.3, 0],
    [0.3, 1, 0],
    [0, 0, 0],
  ]);
  expect(matrix.columnOverlap[1]).toEqual([0.5, 1, 0.5]);
  expect(matrix.rowOverlap[2]![0]).toBe(0.25);
  expect(matrix.meanCosine).toBeCloseTo(0.1, 12);
});
