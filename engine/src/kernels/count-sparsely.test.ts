import { describe, expect, it } from 'vitest';
import { createKeyedRandom } from '../random/index.js';
import { countSparsely, SPARSE_LENGTH } from './count-sparsely.js';
import { binsOfRound, countMagnitudes, type HistogramRound } from './magnitude-histogram.js';

const random = createKeyedRandom(6);
const cases: readonly (readonly [string, Float32Array])[] = [
  ['nothing', new Float32Array()],
  ['one entry', Float32Array.of(-3)],
  ['zeros of both signs', Float32Array.of(0, -0, 0, -0)],
  ['all equal, as many as may be', new Float32Array(SPARSE_LENGTH).fill(0.5)],
  ['normal numbers', random.normal(['a'], 4096)],
  ['few values', random.uniform(['b'], 999).map((value) => Math.round(4 * value) - 2)],
  ['subnormal numbers', random.normal(['c'], 300).map((value) => value * 1e-42)],
  ['the greatest number', Float32Array.of(3.4028234663852886e38, 1)],
];

describe('counts without empty bins', () => {
  it.each(cases)('of %s are those of the histogram, in both rounds', (_, values) => {
    const rounds: readonly (readonly [HistogramRound, number])[] = [
      [0, 0],
      [1, countSparsely(values, 0).bins[0] ?? 0],
      [1, 12_345],
    ];
    for (const [round, prefix] of rounds) {
      const { bins, counts } = countSparsely(values, round, prefix);
      const histogram = new Uint32Array(binsOfRound(round));
      bins.forEach((bin, i) => (histogram[bin] = counts[i]!));
      expect(histogram).toEqual(countMagnitudes(values, round, prefix));
      expect([...bins]).toEqual([...new Set(bins)].sort((x, y) => x - y));
    }
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %d', (entry) => {
    expect(() => countSparsely(Float32Array.of(1, entry), 0)).toThrow(
      expect.objectContaining({ code: 'KERNELS_NOT_FINITE' }) as Error,
    );
  });
});
