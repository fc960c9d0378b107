import { describe, expect, it } from 'vitest';
import {
  adjustByHolm,
  bootstrapDifference,
  countPairs,
  detectableDifference,
  exactMcNemar,
  findDominated,
  leastSignificantDifference,
} from './index.js';
import { resampledDifferences } from './resampled-differences.js';

const pairs = (n: number, onlyFirst: number, onlySecond: number) => ({
  n,
  onlyFirst,
  onlySecond,
  bothRight: n - onlyFirst - onlySecond,
  bothWrong: 0,
});

describe('pairs of outcomes', () => {
  it('are counted by who was right', () => {
    expect(countPairs(Uint8Array.of(1, 1, 0, 0, 1), Uint8Array.of(1, 0, 1, 0, 0))).toEqual({
      n: 5,
      bothRight: 1,
      onlyFirst: 2,
      onlySecond: 1,
      bothWrong: 1,
    });
  });

  it.each([
    ['of two lengths', [1], [1, 0], 'COMPARISON_LENGTHS_DIFFER'],
    ['that are empty', [], [], 'COMPARISON_COUNT_INVALID'],
    ['that are no outcomes', [2], [0], 'COMPARISON_OUTCOME_INVALID'],
  ])('%s are refused', (_, first, second, code) => {
    expect(() => countPairs(Uint8Array.from(first), Uint8Array.from(second))).toThrowError(
      expect.objectContaining({ code }),
    );
  });
});

describe('exact McNemar', () => {
  // scipy.stats.binomtest(min(b, c), b + c, 0.5).pvalue, SciPy 1.10.1
  it.each([
    [0, 0, 1],
    [0, 1, 1],
    [0, 5, 0.0625],
    [0, 6, 0.03125],
    [3, 3, 1],
    [4, 11, 0.11846923828124999],
    [10, 25, 0.016673847800120715],
    [120, 171, 0.0033087986331269094],
    [1500, 1631, 0.020149437159395985],
    [20000, 20551, 0.0063087105124791255],
    [2, 300, 1.1230533120561609e-86],
  ])('of %i against %i is that of SciPy', (onlyFirst, onlySecond, expected) => {
    const p = exactMcNemar({ onlyFirst, onlySecond });
    expect(Math.abs(p - expected)).toBeLessThanOrEqual(1e-9 * expected);
    expect(exactMcNemar({ onlyFirst: onlySecond, onlySecond: onlyFirst })).toBe(p);
  });

  it.each([-1, 0.5, Number.NaN])('refuses %d', (onlyFirst) => {
    expect(() => exactMcNemar({ onlyFirst, onlySecond: 1 })).toThrowError(
      expect.objectContaining({ code: 'COMPARISON_COUNT_INVALID' }),
    );
  });
});

describe("Holm's adjustment", () => {
  it.each([
    [[], []],
    [[0.04], [0.04]],
    // By hand: 3·0.01, 2·0.04, and the third not below the second.
    [
      [0.04, 0.01, 0.03],
      [0.06, 0.03, 0.06],
    ],
    [
      [0.5, 0.6],
      [1, 1],
    ],
    [
      [0.01, 0.01, 0.2],
      [0.03, 0.03, 0.2],
    ],
  ])('of %j is %j', (given, expected) => {
    const adjusted = adjustByHolm(given);
    expect(adjusted).toHaveLength(expected.length);
    expected.forEach((value, i) => expect(adjusted[i]).toBeCloseTo(value, 12));
  });

  it('refuses what is no probability', () => {
    expect(() => adjustByHolm([1.1])).toThrowError(expect.objectContaining({ code: 'COMPARISON_PROBABILITY_INVALID' }));
  });
});

/** The same distribution by adding one pair after the other: O(n²), and nothing in common with the transform. */
function byConvolution(n: number, onlyFirst: number, onlySecond: number): number[] {
  let distribution = [1];
  const [down, up] = [onlyFirst / n, onlySecond / n];
  for (let pair = 0; pair < n; pair += 1) {
    const next = Array.from({ length: distribution.length + 2 }, () => 0);
    distribution.forEach((p, i) => {
      next[i]! += p * down;
      next[i + 1]! += p * (1 - up - down);
      next[i + 2]! += p * up;
    });
    distribution = next;
  }
  return distribution;
}

describe('differences of resamples', () => {
  it.each([
    [1, 0, 1],
    [7, 2, 3],
    [40, 0, 0],
    [60, 30, 30],
    [250, 31, 18],
    [250, 0, 250],
  ])('of %i pairs, %i and %i alone, have the quantiles of the sum pair by pair', (n, onlyFirst, onlySecond) => {
    const exact = byConvolution(n, onlyFirst, onlySecond);
    const { quantile } = resampledDifferences(pairs(n, onlyFirst, onlySecond));
    for (const p of [0.001, 0.0251, 0.2, 0.5003, 0.77, 0.9749, 0.999]) {
      let sum = 0;
      const place = exact.findIndex((probability) => (sum += probability) >= p);
      expect(quantile(p)).toBeCloseTo((place - n) / n, 12);
    }
  });
});

describe('the paired bootstrap', () => {
  it('of one task is exact, whatever the seed', () => {
    const counts = [pairs(500, 20, 45)];
    expect(bootstrapDifference(counts, { seed: 1 })).toEqual(bootstrapDifference(counts, { seed: 2 }));
    expect(bootstrapDifference(counts).difference).toBeCloseTo(0.05, 12);
    // Close to the normal interval 0.05 ± 1.96·0.0159 at this size.
    expect(bootstrapDifference(counts).low).toBeCloseTo(0.05 - (1.96 * Math.sqrt(0.13 - 0.0025)) / Math.sqrt(500), 2);
  });

  it('of several tasks averages their differences, and gives the same numbers for the same seed', () => {
    const tasks = [pairs(400, 10, 30), pairs(100, 9, 9), pairs(900, 60, 20)];
    const first = bootstrapDifference(tasks, { seed: 3 });
    expect(first).toEqual(bootstrapDifference(tasks, { seed: 3 }));
    expect(first.difference).toBeCloseTo((0.05 + 0 - 40 / 900) / 3, 12);
    // Variance of a mean of independent differences; 20,000 draws leave about 1 % of noise.
    const deviation = Math.sqrt(
      tasks.reduce((sum, { n, onlyFirst, onlySecond }) => {
        const [up, down] = [onlySecond / n, onlyFirst / n];
        return sum + (up + down - (up - down) ** 2) / n;
      }, 0),
    );
    expect(first.high - first.low).toBeGreaterThan((0.95 * 2 * 1.96 * deviation) / 3);
    expect(first.high - first.low).toBeLessThan((1.05 * 2 * 1.96 * deviation) / 3);
  });

  it.each([
    ['no task', [], {}, 'COMPARISON_COUNT_INVALID'],
    ['a confidence of 1', [pairs(9, 1, 1)], { confidence: 1 }, 'COMPARISON_PROBABILITY_INVALID'],
    ['too many draws', [pairs(9, 1, 1)], { resamples: 1_000_001 }, 'COMPARISON_COUNT_INVALID'],
    ['too few draws', [pairs(9, 1, 1)], { resamples: 99 }, 'COMPARISON_COUNT_INVALID'],
  ])('refuses %s', (_, tasks, options, code) => {
    expect(() => bootstrapDifference(tasks, options)).toThrowError(expect.objectContaining({ code }));
  });
});

describe('what a number of examples can show', () => {
  it('is the least difference that the exact test rejects', () => {
    for (const disagreeing of [6, 20, 77, 300]) {
      const least = leastSignificantDifference({ n: 1000, disagreeing })!;
      const fewer = Math.round((disagreeing - 1000 * least) / 2);
      expect(exactMcNemar({ onlyFirst: fewer, onlySecond: disagreeing - fewer })).toBeLessThanOrEqual(0.05);
      expect(exactMcNemar({ onlyFirst: fewer + 1, onlySecond: disagreeing - fewer - 1 })).toBeGreaterThan(0.05);
    }
    expect(leastSignificantDifference({ n: 1000, disagreeing: 5 })).toBeUndefined();
  });

  it('with a power is what the sample size formula gives back', () => {
    const delta = detectableDifference({ n: 1000, discordant: 0.2 });
    const [a, b] = [1.959963984540054, 0.8416212335729143];
    const needed = (a * Math.sqrt(0.2) + b * Math.sqrt(0.2 - delta ** 2)) ** 2 / delta ** 2;
    expect(needed).toBeCloseTo(1000, 3);
    expect(detectableDifference({ n: 4000, discordant: 0.2 })).toBeLessThan(delta);
    expect(detectableDifference({ n: 10, discordant: 0 })).toBe(0);
  });
});

describe('dominated candidates', () => {
  it('are those that another beats, and equals do not beat each other', () => {
    const points = [
      { x: 1, y: 1 },
      { x: 2, y: 0.5 },
      { x: 1, y: 1 },
      { x: 0.9, y: 1 },
      { x: 2, y: 0.4 },
      { x: 0, y: 2 },
    ];
    expect(findDominated(points)).toEqual([false, false, false, true, true, false]);
  });

  it('are those that a look at all pairs finds', () => {
    const points = Array.from({ length: 200 }, (_, i) => ({ x: (i * 37) % 23, y: (i * 53) % 29 }));
    const expected = points.map((p) => points.some((q) => q.x >= p.x && q.y >= p.y && (q.x > p.x || q.y > p.y)));
    expect(findDominated(points)).toEqual(expected);
  });
});
