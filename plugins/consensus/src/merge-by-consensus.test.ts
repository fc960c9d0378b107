import { createKeyedRandom } from '@crucible/engine/random';
import { describe, expect, it } from 'vitest';
import { mergeByConsensus } from './merge-by-consensus.js';

const members = (vectors: readonly (readonly number[])[], ...lambdas: readonly number[]) =>
  vectors.map((values, t) => ({ values: Float32Array.from(values), maskLambda: lambdas[t] ?? lambdas[0]! }));

describe('by hand', () => {
  it.each<[string, readonly (readonly number[])[], readonly number[], number, readonly number[]]>([
    // Places: both use it; only the first does (0.1 < 0.4·5); both, as opposites do; nobody has anything.
    [
      'drops what only one uses',
      [
        [3, 5, 2, 0],
        [2, 0.1, -1.9, 0],
      ],
      [0.4],
      2,
      [5, 0, Math.fround(2) - Math.fround(1.9), 0],
    ],
    [
      'keeps it where one is enough',
      [
        [3, 5],
        [2, 0.1],
      ],
      [0.4],
      1,
      [5, 5 + Math.fround(0.1)],
    ],
    [
      'each task has its own threshold',
      [
        [3, 5],
        [2, 0.1],
      ],
      [0.4, 0.01],
      2,
      [5, 5 + Math.fround(0.1)],
    ],
    ['the threshold is inclusive', [[4], [2]], [0.5], 2, [6]],
    [
      'drops everything where more are asked for than there are',
      [
        [3, 5],
        [2, 1],
      ],
      [0],
      3,
      [0, 0],
    ],
  ])('%s', (_, vectors, lambdas, minTasks, expected) => {
    const merged = mergeByConsensus(members(vectors, ...lambdas), { lambda: 1, minTasks });
    expect([...merged]).toEqual(expected.map(Math.fround));
  });
});

const three = [1, 2, 3].map((seed) => ({ values: createKeyedRandom(seed).normal(['x'], 2000), maskLambda: 0.4 }));
const sum = three[0]!.values.map((_, i) => three.reduce((total, { values }) => total + values[i]!, 0));

describe('laws', () => {
  it('minTasks 0 is task arithmetic', () => {
    const merged = mergeByConsensus(three, { lambda: 0.5, minTasks: 0 });
    expect(merged.every((value, i) => Math.abs(value - 0.5 * sum[i]!) <= 1e-6)).toBe(true);
  });

  it('more tasks asked for, fewer entries left, and those unchanged', () => {
    const [one, two, all] = [1, 2, 3].map((minTasks) => mergeByConsensus(three, { lambda: 1, minTasks }));
    const count = (values: Float32Array | undefined): number => values!.filter((value) => value !== 0).length;
    expect([count(one) > count(two), count(two) > count(all), count(all) > 0]).toEqual([true, true, true]);
    expect(all!.every((value, i) => value === 0 || value === two![i])).toBe(true);
  });

  it('masks equal those of the definition on whole weights, |θ_t - θ0| ≥ λ·|θ0 + τ - θ_t|, in float64', () => {
    const base = createKeyedRandom(9).normal(['base'], 2000);
    const merged = mergeByConsensus(three, { lambda: 1, minTasks: 2 });
    merged.forEach((value, i) => {
      const tau = three.reduce((total, { values }) => total + values[i]!, 0);
      const margins = three.map(({ values, maskLambda }) => {
        const tuned = base[i]! + values[i]!;
        return Math.abs(tuned - base[i]!) - maskLambda * Math.abs(base[i]! + tau - tuned);
      });
      if (margins.some((margin) => Math.abs(margin) < 1e-9)) return;
      expect(value !== 0).toBe(margins.filter((margin) => margin >= 0).length >= 2);
    });
  });
});
