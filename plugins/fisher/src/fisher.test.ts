import { createKeyedRandom } from '@crucible/engine/random';
import type { StatisticsFile } from '@crucible/sdk/host';
import {
  fuseAdapters,
  readDeltas,
  SYNTHETIC_MODULES,
  syntheticAdapter,
  syntheticStatistics,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { fisher, fisherErrors, weighByFisher, type WeighedItem } from './index.js';

const random = createKeyedRandom(4);
const SIZE = 60;
const items: readonly WeighedItem[] = ['x', 'y', 'z'].map((key, i) => ({
  delta: random.normal([key, 'delta'], SIZE),
  fisher: random.normal([key, 'fisher'], SIZE).map((value) => value ** 2),
  divisor: [1, 0.3, 7][i]!,
  weight: [1, 0.4, 2.5][i]!,
}));
const apart = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  expect(x.length).toBe(y.length);
  return Math.max(...Array.from(x, (value, i) => Math.abs(value - y[i]!)));
};
const meanOf = (given: readonly WeighedItem[]): readonly number[] => {
  const total = given.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: SIZE }, (_, at) =>
    given.reduce((sum, { delta, weight }) => sum + (weight / total) * delta[at]!, 0),
  );
};

describe('weighing entries by what they matter', () => {
  // The law that it is derived from: the least Σ wᵢFᵢ(x − ΔWᵢ)², found here by ternary search, entry by entry.
  it.each([0, 0.05])('is the minimum of Σ w_i F_i (x − ΔW_i)², floor %d', (floor) => {
    const merged = weighByFisher(items, floor, 1);
    const expected = Array.from({ length: SIZE }, (_, at) => {
      const loss = (x: number): number =>
        items.reduce((sum, { delta, fisher: f, divisor, weight }) => {
          return sum + weight * Math.max(f[at]! / divisor, floor) * (x - delta[at]!) ** 2;
        }, 0);
      let [low, high] = [-10, 10];
      for (let i = 0; i < 200; i += 1) {
        const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
        if (loss(a) < loss(b)) high = b;
        else low = a;
      }
      return (low + high) / 2;
    });
    expect(apart(merged, expected)).toBeLessThan(1e-5);
  });

  it('gives one adapter back, and the weighted mean where information is equal', () => {
    expect(apart(weighByFisher([items[1]!], 1e-6, 1), items[1]!.delta)).toBe(0);
    const even = items.map((item) => ({ ...item, fisher: new Float32Array(SIZE).fill(0.2), divisor: 1 }));
    expect(apart(weighByFisher(even, 0, 1), meanOf(even))).toBeLessThan(1e-6);
  });

  it('a floor above all information gives the weighted mean; an entry without any is 0', () => {
    expect(apart(weighByFisher(items, 1e9, 1), meanOf(items))).toBeLessThan(1e-6);
    const none = items.map((item) => ({ ...item, fisher: new Float32Array(SIZE) }));
    expect(apart(weighByFisher(none, 0, 1), new Float32Array(SIZE))).toBe(0);
    expect(apart(weighByFisher(none, 1e-6, 1), meanOf(none))).toBeLessThan(1e-6);
  });

  it('follows who alone has information, and scales with the updates', () => {
    const alone = items.map((item, i) => (i === 2 ? item : { ...item, fisher: new Float32Array(SIZE) }));
    expect(apart(weighByFisher(alone, 0, 1), items[2]!.delta)).toBeLessThan(1e-6);
    const scaled = items.map((item) => ({ ...item, delta: item.delta.map((x) => -4 * x) }));
    expect(
      apart(
        weighByFisher(scaled, 0, 0.5),
        weighByFisher(items, 0, 1).map((x) => -2 * x),
      ),
    ).toBeLessThan(1e-5);
  });

  it('does not look at the order, nor at a common factor of information or weights', () => {
    const expected = weighByFisher(items, 0, 1);
    expect(apart(weighByFisher(items.toReversed(), 0, 1), expected)).toBeLessThan(1e-6);
    expect(
      apart(
        weighByFisher(
          items.map((item) => ({ ...item, divisor: item.divisor * 1e6 })),
          0,
          1,
        ),
        expected,
      ),
    ).toBeLessThan(1e-6);
    expect(
      apart(
        weighByFisher(
          items.map((item) => ({ ...item, weight: item.weight * 3 })),
          0,
          1,
        ),
        expected,
      ),
    ).toBeLessThan(1e-6);
  });
});

describe('through the platform', () => {
  const adapters = [1, 2].map((seed) => syntheticAdapter({ seed }));
  const statistics = [1, 2].map((seed) => syntheticStatistics('FISHER', seed));
  const times = (file: StatisticsFile, factor: number): StatisticsFile => ({
    ...file,
    readTensor: async (module) => (await file.readTensor(module))?.map((value) => value * factor),
  });

  it.each(['MEAN', 'L2'] as const)('%s makes an adapter’s own scale of information vanish', async (normalize) => {
    const options = { normalize, floor: 0 };
    const one = await fuseAdapters({ strategy: fisher, adapters, statistics, options });
    const other = await fuseAdapters({
      strategy: fisher,
      adapters,
      statistics: [times(statistics[0]!, 4), statistics[1]!],
      options,
    });
    for (const [module, { data }] of one.deltas) {
      other.deltas.get(module)!.data.forEach((x, i) => expect(Math.abs(x - data[i]!)).toBeLessThan(1e-6));
    }
  });

  it('MEAN divides by the mean over all modules together', async () => {
    const deltas = await Promise.all(adapters.map(readDeltas));
    const divisors = await Promise.all(
      statistics.map(async (file) => {
        const all = await Promise.all(SYNTHETIC_MODULES.map(({ name }) => file.readTensor(name)));
        const values = all.flatMap((each) => [...each!]);
        return values.reduce((sum, x) => sum + x, 0) / values.length;
      }),
    );
    const fused = await fuseAdapters({
      strategy: fisher,
      adapters,
      statistics,
      options: { floor: 1e-3 },
      outputRank: 24,
    });
    for (const { name } of SYNTHETIC_MODULES) {
      const expected = weighByFisher(
        await Promise.all(
          statistics.map(async (file, i) => ({
            delta: Float32Array.from(deltas[i]!.get(name)!.data),
            fisher: (await file.readTensor(name))!,
            divisor: divisors[i]!,
            weight: 1,
          })),
        ),
        1e-3,
        1,
      );
      expect(apart(Float32Array.from(fused.deltas.get(name)!.data), expected)).toBeLessThan(5e-6);
    }
  });

  it('refuses a negative weight, and information that is zero everywhere', async () => {
    const run = (change: object) => fuseAdapters({ strategy: fisher, adapters, statistics, ...change });
    await expect(run({ weights: [1, -1] })).rejects.toMatchObject({
      cause: { code: fisherErrors.weightNegative.entry.code },
    });
    const nothing = { statistics: [times(statistics[0]!, 0), statistics[1]!] };
    await expect(run(nothing)).rejects.toThrow(/adapter 0 is zero everywhere/);
    await run({ ...nothing, options: { normalize: 'NONE' } });
  });
});
