import { createKeyedRandom } from '@crucible/engine/random';
import { describe, expect, it } from 'vitest';
import { compareMethods } from './compare-methods.js';
import { packOutcomes, unpackOutcomes } from './pack-outcomes.js';
import { countSubsets, subsetsOf } from './subsets.js';
import { estimateDifference, estimateMean, pOf, type ScoredCell } from './summarize-cells.js';

const random = createKeyedRandom(4);
/** Outcomes of one model on tasks of these sizes, right with this probability. */
function cellOf(name: string, tasks: readonly (readonly [task: number, n: number])[], share: number): ScoredCell {
  return {
    scores: tasks.map(([task, n]) => {
      const outcomes = Uint8Array.from(random.uniform([name, task], n), (x) => (x < share ? 1 : 0));
      return { task, n, correct: outcomes.reduce((sum, x) => sum + x, 0), outcomes };
    }),
  };
}
const TASKS = [
  [0, 200],
  [2, 120],
] as const;

describe('an estimate', () => {
  it('of one task is the share, give or take its standard error', () => {
    const cell = cellOf('one', [[0, 400]], 0.7);
    const p = cell.scores[0]!.correct / 400;
    const reach = 1.959963984540054 * Math.sqrt((p * (1 - p)) / 399);
    const { value, low, high } = estimateMean([cell])!;
    expect(value).toBeCloseTo(p, 12);
    expect([low, high]).toEqual([expect.closeTo(p - reach, 12), expect.closeTo(p + reach, 12)]);
  });

  it('of the same model twice is no surer than of it once', () => {
    const cell = cellOf('twice', TASKS, 0.6);
    expect(estimateMean([cell, cell])).toEqual(estimateMean([cell]));
    const other = cellOf('other', [[3, 200]], 0.6);
    const wide = ({ low, high }: { low: number; high: number }): number => high - low;
    // Of another task's examples it is.
    expect(wide(estimateMean([cell, other])!)).toBeLessThan(wide(estimateMean([cell])!));
  });

  // Reference: resampling the examples of each task 4,000 times. Tolerance: its own noise.
  it('has the interval that resampled examples have, also of models that share them', () => {
    const cells = [cellOf('a', TASKS, 0.55), cellOf('b', TASKS, 0.6), cellOf('c', [[0, 200]], 0.7)];
    const { low, high } = estimateMean(cells)!;
    const means = Array.from({ length: 4000 }, (_, round) => {
      const draws = new Map(
        TASKS.map(([task, n]) => [task, random.uniform(['draw', round, task], n).map((x) => Math.floor(x * n))]),
      );
      const ofCell = ({ scores }: ScoredCell): number =>
        scores.reduce((sum, { task, n, outcomes }) => {
          const drawn = draws.get(task as 0 | 2)!;
          return sum + drawn.reduce((right, i) => right + outcomes[i]!, 0) / n / scores.length;
        }, 0);
      return cells.reduce((sum, cell) => sum + ofCell(cell) / cells.length, 0);
    }).sort((x, y) => x - y);
    expect(low).toBeCloseTo(means[100]!, 2);
    expect(high).toBeCloseTo(means[3899]!, 2);
  });

  it('is divided task by task, and is none where a divisor is missing', () => {
    const cell = cellOf('divided', TASKS, 0.5);
    const [first, second] = cell.scores.map(({ correct, n }) => correct / n);
    expect(estimateMean([cell], () => [0.5, null, 0.8])!.value).toBeCloseTo((first! / 0.5 + second! / 0.8) / 2, 12);
    expect(estimateMean([cell], () => [0.5, null, null])).toBeNull();
    expect(estimateMean([])).toBeNull();
  });

  it.each([
    [1.959963984540054, 0.05],
    [2.5758293035489, 0.01],
    [0, 1],
  ])('at %f standard errors has p %f', (z, p) => {
    expect(pOf({ value: z, low: z - 1.959963984540054, high: z + 1.959963984540054 })).toBeCloseTo(p, 6);
  });
});

describe('two methods', () => {
  const better = { ...cellOf('m', TASKS, 0.5) };
  const worse: ScoredCell = {
    scores: better.scores.map((score) => {
      const outcomes = score.outcomes.map((right, i) => (i % 3 === 0 ? 0 : right));
      return { ...score, outcomes, correct: outcomes.reduce((sum, x) => sum + x, 0) };
    }),
  };

  it('are compared pair by pair, on the same examples', () => {
    const compared = compareMethods([[better, worse]], 0.05)!;
    expect(compared).toMatchObject({ pairs: 1, better: 0, worse: 1, above: 0, below: 1 });
    const means = [better, worse].map(({ scores }) => scores.reduce((sum, { correct, n }) => sum + correct / n / 2, 0));
    expect(compared.difference.value).toBeCloseTo(means[1]! - means[0]!, 12);
    expect(compared.pValue).toBeLessThan(1e-6);
    expect(compareMethods([[worse, better]], 0.05)).toMatchObject({ better: 1, worse: 0 });
    expect(compareMethods([[better, better]], 0.05)).toMatchObject({ better: 0, worse: 0, pValue: 1 });
  });

  it('are not compared on other examples, or on none', () => {
    expect(estimateDifference([[better, cellOf('other', [[0, 200]], 0.5)]])).toBeNull();
    expect(compareMethods([], 0.05)).toBeNull();
  });
});

it.each([[[1]], [[0, 1, 1, 0, 1, 0, 0, 1, 1]], [[]], [[1, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 1], [1]]])(
  'outcomes %j are unpacked as they were packed',
  (...tasks) => {
    const given = tasks.map((task) => Uint8Array.from(task));
    const packed = packOutcomes(given);
    expect(packed.length).toBe(given.reduce((sum, { length }) => sum + Math.ceil(length / 8), 0));
    expect(
      unpackOutcomes(
        packed,
        given.map(({ length }) => length),
      ),
    ).toEqual(given);
  },
);

it('all subsets of seven are 120, each once, small ones first', () => {
  const subsets = subsetsOf(7, [2, 3, 4, 5, 6, 7]);
  expect(subsets).toHaveLength(120);
  expect(new Set(subsets.map(String)).size).toBe(120);
  expect(subsets.map(({ length }) => length)).toEqual(subsets.map(({ length }) => length).toSorted());
  expect(subsets.every((subset) => subset.every((x, i) => i === 0 || x > subset[i - 1]!))).toBe(true);
  expect(countSubsets(7, [2, 3, 4, 5, 6, 7])).toBe(120);
  expect(countSubsets(16, [8, 8])).toBe(12_870);
});
