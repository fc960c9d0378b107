import { createKeyedRandom } from '@crucible/engine/random';
import { describe, expect, it } from 'vitest';
import { countKeys, kthSmallest, locateIn, numberOfKey } from './order-statistics.js';

const random = createKeyedRandom(3).normal(['x'], 5000);
const awkward = Float32Array.of(0, -0, 1e-42, -1e-42, 3.4e38, -3.4e38, 1, 1, 1, -1);

describe('the k-th smallest', () => {
  it.each([
    ['random numbers', random],
    ['denormals, zeros and equals', awkward],
  ])('is that of a sort: %s', (_, values) => {
    const sorted = values.toSorted();
    for (const rank of [1, 2, 3, 5, Math.ceil(values.length / 2), values.length - 1, values.length]) {
      expect(kthSmallest(values, rank)).toBeCloseTo(sorted[rank - 1]!, 50);
    }
  });

  it('does not depend on how the numbers are shared out', () => {
    const parts = [random.subarray(0, 17), random.subarray(17, 3000), random.subarray(3000)];
    const high = locateIn(
      parts.map((part) => countKeys(part, { half: 'HIGH' })),
      1234,
    );
    const low = locateIn(
      parts.map((part) => countKeys(part, { half: 'LOW', prefix: high.bin })),
      high.rank,
    );
    expect(numberOfKey(high.bin, low.bin)).toBe(random.toSorted()[1233]);
  });

  it('refuses a rank that there is not', () => {
    expect(() => kthSmallest(Float32Array.of(1, 2), 3)).toThrow(/rank is 3/);
  });
});
