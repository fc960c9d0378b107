import { describe, expect, it } from 'vitest';
import { addCounts, compactCounts, countAt } from './compact-counts.js';

const histogramOf = (length: number, entries: readonly (readonly [number, number])[]): Uint32Array => {
  const histogram = new Uint32Array(length);
  for (const [bin, count] of entries) histogram[bin] = count;
  return histogram;
};

describe('compactCounts loses nothing', () => {
  it.each([
    ['empty', 64, []],
    ['one bin, the first', 64, [[0, 1]]],
    ['one bin, the last of 2¹⁶', 65_536, [[65_535, 7]]],
    ['dense, one byte', 8, [2, 3, 4, 5].map((bin): [number, number] => [bin, 255])],
    ['dense, two bytes', 8, [2, 3, 4, 5].map((bin): [number, number] => [bin, 65_535])],
    ['dense, four bytes', 8, [2, 3, 4, 5].map((bin): [number, number] => [bin, 2 ** 32 - 1])],
    ['sparse, both ends', 32_768, [[0, 3] as const, [32_767, 70_000] as const]],
  ] as const)('%s', (_, length, entries) => {
    const histogram = histogramOf(length, entries);
    const compact = structuredClone(compactCounts(histogram));
    const total = new Float64Array(length).fill(1);
    addCounts(total, compact);
    expect([...total]).toEqual([...histogram].map((count) => count + 1));
    const asked = [...entries.map(([bin]) => bin), 1, 6, length - 1];
    expect(asked.map((bin) => countAt(compact, bin))).toEqual(asked.map((bin) => histogram[bin]));
  });

  it('stores two entries far apart in a few bytes', () => {
    const { counts, bins } = compactCounts(
      histogramOf(65_536, [
        [5, 1],
        [60_000, 2],
      ]),
    );
    expect(counts.byteLength + bins!.byteLength).toBe(6);
  });
});
