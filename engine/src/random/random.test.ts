import { describe, expect, it } from 'vitest';
import { createKeyedRandom } from './keyed-random.js';
import { philox4x32 } from './philox.js';

describe('Philox4x32-10', () => {
  // Known answers of the authors' library, Random123 (kat_vectors, philox4x32 with 10 rounds).
  const table = [
    { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ];
  it.each(table)('gives the published words for counter $counter', ({ counter, key, words }) => {
    const [c0, c1, c2, c3] = counter as [number, number, number, number];
    const [k0, k1] = key as [number, number];
    const out = new Uint32Array(6);
    philox4x32(c0, c1, c2, c3, k0, k1, out, 1);
    expect([...out]).toEqual([0, ...words, 0]);
  });
});

describe('keyed random numbers', () => {
  const random = createKeyedRandom(42);
  const key = ['adapter', 'tensor', 3] as const;
  const draws = {
    uniform: (count: number, offset?: number) => random.uniform(key, count, offset),
    normal: (count: number, offset?: number) => random.normal(key, count, offset),
    integers: (count: number, offset?: number) => random.integers(key, count, 1000, offset),
  };

  it.each(Object.entries(draws))(
    '%s: an element depends on its position, not on the piece it is drawn in',
    (_, draw) => {
      const whole = draw(50);
      for (let begin = 0; begin < 50; begin += 1) {
        for (const count of [0, 1, 2, 3, 7, 50 - begin]) {
          expect(draw(count, begin)).toEqual(draw(begin + count).slice(begin));
        }
      }
      expect(draw(10, 2 ** 40 + 3)).toEqual(draw(20, 2 ** 40).slice(3, 13));
      expect(draw(50)).toEqual(whole);
    },
  );

  it('streams of other seeds, keys and distributions are others', () => {
    const streams = [
      random.uniform(['a', 1], 4),
      random.uniform(['a', '1'], 4),
      random.uniform(['a1'], 4),
      random.uniform(['a', 1, ''], 4),
      createKeyedRandom(43).uniform(['a', 1], 4),
      Float32Array.from(random.integers(['a', 1], 4, 2 ** 24), (value) => value * 2 ** -24),
    ];
    expect(new Set(streams.map((stream) => stream.join())).size).toBe(streams.length);
  });

  it('never changes: the bits are part of every seeded result', () => {
    expect([...random.uniform(key, 3)].map((value) => value * 2 ** 24)).toMatchInlineSnapshot(`
      [
        11645343,
        13668187,
        11026048,
      ]
    `);
    expect([...random.normal(key, 3)]).toMatchInlineSnapshot(`
      [
        0.5217960476875305,
        0.6582356095314026,
        0.4894021153450012,
      ]
    `);
    expect([...random.integers(key, 3, 1000)]).toMatchInlineSnapshot(`
      [
        100,
        789,
        271,
      ]
    `);
    expect([...random.permutation(key, 8)]).toMatchInlineSnapshot(`
      [
        3,
        1,
        0,
        4,
        5,
        7,
        2,
        6,
      ]
    `);
  });

  // Bounds are five standard errors of 200,000 draws; the seed is fixed, so that a pass stays a pass.
  const n = 200_000;
  const mean = (values: Float32Array, power: number, centre = 0): number =>
    values.reduce((sum, value) => sum + (value - centre) ** power, 0) / values.length;

  it('uniform numbers are uniform on [0, 1)', () => {
    const values = random.uniform(['uniform'], n);
    expect(Math.min(...values.subarray(0, 100_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.subarray(0, 100_000))).toBeLessThan(1);
    expect(Math.abs(mean(values, 1) - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(values, 2, 0.5) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    const neighbours = values.subarray(1).map((value, i) => (value - 0.5) * (values[i]! - 0.5));
    expect(Math.abs(mean(neighbours, 1))).toBeLessThan(5 / 12 / Math.sqrt(n));
  });

  it('normal numbers have mean 0, variance 1, no skew, kurtosis 3', () => {
    const values = random.normal(['normal'], n);
    expect(Math.abs(mean(values, 1))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(values, 2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean(values, 3))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(mean(values, 4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });

  it('integers cover their range evenly (chi-square of 9 degrees below 28, one in a thousand)', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const value of random.integers(['integers'], n, 10)) counts[value]! += 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
    expect(chiSquare).toBeLessThan(28);
    expect(random.integers(['large'], 1000, 2 ** 48).every((value) => Number.isSafeInteger(value))).toBe(true);
  });

  it('a permutation holds every number once, and every order of three comes equally often', () => {
    expect([...random.permutation(['p'], 1000)].sort((x, y) => x - y)).toEqual([...Array(1000).keys()]);
    expect([...random.permutation(['p'], 0)]).toEqual([]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i += 1) {
      const order = random.permutation(['order', i], 3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(6000 * (5 / 36)));
  });

  const bad: readonly (readonly [string, () => unknown, string])[] = [
    ['a key that is not a number', () => random.uniform([Number.NaN], 1), 'RANDOM_KEY_INVALID'],
    ['an infinite seed', () => createKeyedRandom(Number.POSITIVE_INFINITY).normal([], 1), 'RANDOM_KEY_INVALID'],
    ['a fractional count', () => random.uniform([], 1.5), 'RANDOM_RANGE_INVALID'],
    ['too many at once', () => random.uniform([], 2 ** 30 + 1), 'RANDOM_RANGE_INVALID'],
    ['a negative offset', () => random.uniform([], 1, -1), 'RANDOM_RANGE_INVALID'],
    ['an offset beyond 2^50', () => random.normal([], 1, 2 ** 50), 'RANDOM_RANGE_INVALID'],
    ['a bound of 0', () => random.integers([], 1, 0), 'RANDOM_RANGE_INVALID'],
    ['a bound beyond 2^48', () => random.integers([], 1, 2 ** 48 + 1), 'RANDOM_RANGE_INVALID'],
  ];
  it.each(bad)('refuses %s', (_, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }) as Error);
  });
});
