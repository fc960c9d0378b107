import { describe, expect, it } from 'vitest';
import { magnitudeOfBits } from './magnitude-bits.js';
import { cutAtRank, cutToCount } from './magnitude-cut.js';
import { binsOfRound, countMagnitudes } from './magnitude-histogram.js';
import { joinBins, kthMagnitudeBits, locateRank } from './magnitude-rank.js';
import { trimInto } from './trim.js';

/** Spread over 60 binary orders of magnitude, both signs. */
function spread(count: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state % 2 ? -1 : 1) * 2 ** (((state >>> 8) % 60) - 40) * (1 + (state >>> 4) / 2 ** 28);
  });
}
const sorted = (values: Float32Array): Float32Array => values.map(Math.abs).sort();
const trimmed = (values: Float32Array, cut: Parameters<typeof trimInto>[1]): number[] => {
  const output = new Float32Array(values.length);
  trimInto(values, cut, output);
  return [...output];
};

describe('kthMagnitudeBits', () => {
  const denormals = Float32Array.of(1e-45, -3e-45, 0, -0, 1.1754944e-38, -2e-40);
  it.each([
    ['spread values', spread(4097)],
    ['denormals and both zeros', denormals],
    ['one', Float32Array.of(-2)],
    ['all equal', new Float32Array(7).fill(-0.3)],
    ['the largest float', Float32Array.of(3.4028235e38, -3.4028235e38, 1)],
  ])('is the sorted order at every rank: %s', (_, values) => {
    const expected = sorted(values);
    const ranks = values.length > 100 ? [1, 2, 777, 4096, 4097] : values.map((_v, i) => i + 1);
    for (const rank of ranks) expect(magnitudeOfBits(kthMagnitudeBits(values, rank))).toBe(expected[rank - 1]);
  });

  it.each([0, 4, -1])('refuses rank %d of 3', (rank) => {
    expect(() => kthMagnitudeBits(Float32Array.of(1, 2, 3), rank)).toThrow(/give a whole number from 1 to 3/);
  });
});

it('histograms of parts add up to the histogram of the whole, so a global rank needs no more than the sums', () => {
  const parts = [spread(1000), spread(333).map((value) => value * 3), new Float32Array(0), Float32Array.of(0, -0)];
  const whole = Float32Array.from(parts.flatMap((part) => [...part]));
  const sum = (round: 0 | 1, prefix: number): Float64Array => {
    const total = new Float64Array(binsOfRound(round));
    for (const part of parts) countMagnitudes(part, round, prefix).forEach((count, bin) => (total[bin]! += count));
    return total;
  };
  const high = locateRank(sum(0, 0), 900);
  const low = locateRank(sum(1, high.bin), high.rank);
  expect(joinBins(high.bin, low.bin)).toBe(kthMagnitudeBits(whole, 900));
});

describe('cuts', () => {
  const values = Float32Array.of(2, -1, 1, 3, -1, 0, 1);
  it.each([
    [0, [0, 0, 0, 0, 0, 0, 0]],
    [1, [0, 0, 0, 3, 0, 0, 0]],
    [3, [2, -1, 0, 3, 0, 0, 0]],
    [4, [2, -1, 1, 3, 0, 0, 0]],
    [7, [...values]],
    [99, [...values]],
  ])('cutToCount(%d) keeps exactly that many, first of equals first', (count, expected) => {
    expect(trimmed(values, cutToCount(values, count))).toEqual(expected);
  });

  it.each([
    [7, [0, 0, 0, 3, 0, 0, 0]],
    [5, [2, -1, 1, 3, -1, 0, 1]],
    [3, [2, -1, 1, 3, -1, 0, 1]],
    [1, [...values]],
  ])('cutAtRank(%d) keeps all that reach the threshold', (rank, expected) => {
    expect(trimmed(values, cutAtRank(values, rank)).map((value) => value + 0)).toEqual(expected);
  });

  it('trims in place', () => {
    const own = values.slice();
    trimInto(own, cutToCount(own, 2), own);
    expect([...own]).toEqual([2, 0, 0, 3, 0, 0, 0]);
  });
});
