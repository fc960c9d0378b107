import { describe, expect, it } from 'vitest';
import { createKeyedRandom } from '../random/index.js';
import { countMagnitudes } from './magnitude-histogram.js';
import { joinBins, locateRank } from './magnitude-rank.js';
import { selectCut, SELECTED_LENGTH } from './select-magnitude.js';

/** What two histogram passes find: the way of longer arrays. */
function byHistograms(values: Float32Array, rank: number): object {
  const high = locateRank(countMagnitudes(values, 0), rank);
  const counts = countMagnitudes(values, 1, high.bin);
  const low = locateRank(counts, high.rank);
  return { bits: joinBins(high.bin, low.bin), equals: counts[low.bin]! - low.rank + 1 };
}

const random = createKeyedRandom(5);
const cases: readonly (readonly [string, Float32Array])[] = [
  ['one entry', Float32Array.of(-3)],
  ['zeros of both signs', Float32Array.of(0, -0, 0, -0)],
  ['all equal', new Float32Array(257).fill(0.5)],
  ['normal numbers', random.normal(['a'], 4096)],
  ['few values', random.uniform(['b'], 999).map((value) => Math.round(4 * value) - 2)],
  ['in order', Float32Array.from({ length: 1000 }, (_, i) => i)],
  ['in reverse', Float32Array.from({ length: 1000 }, (_, i) => 1000 - i)],
  ['subnormal numbers', random.normal(['c'], 300).map((value) => value * 1e-42)],
  ['the longest that is selected', random.normal(['d'], SELECTED_LENGTH)],
];

describe('the cut at a rank by selection', () => {
  it.each(cases)('of %s is that of histograms, at every rank looked at', (_, values) => {
    const ranks = new Set([
      1,
      2,
      3,
      values.length,
      ...[0.1, 0.2, 0.5, 0.77, 0.9].map((p) => Math.ceil(p * values.length)),
    ]);
    for (const rank of [...ranks].filter((rank) => rank >= 1 && rank <= values.length)) {
      expect(selectCut(values, rank)).toEqual(byHistograms(values, rank));
    }
  });

  it.each([Number.NaN, Infinity, -Infinity])('refuses %d', (value) => {
    expect(() => selectCut(Float32Array.of(1, value, 2), 1)).toThrowError(
      expect.objectContaining({ code: 'KERNELS_NOT_FINITE' }),
    );
  });
});
