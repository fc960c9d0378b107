import { createMatrix, relativeError, svd, toDense, type LowRank, type Matrix } from '@crucible/engine/algebra';
import { randomMatrix, randomUpdate, regauge } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { mergeCommonAndTaskSpaces, splitOfSpace } from './merge-common-and-task-spaces.js';
import { mergeIsotropic } from './merge-isotropic.js';

const three = [
  randomUpdate('x', { rank: 2, scale: 0.5 }),
  randomUpdate('y', { rank: 5, scale: 2 }),
  randomUpdate('z', { rank: 3 }),
];
const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };
const floor = 1e-6;
const values = (update: LowRank): readonly number[] => [...svd(toDense(update)).singularValues];

describe.each([
  ['Iso-C', (items: readonly LowRank[]): LowRank => mergeIsotropic(items, { floor })],
  ['Iso-CTS', (items: readonly LowRank[]): LowRank => mergeCommonAndTaskSpaces(items, { commonFraction: 0.8, floor })],
] as const)('%s', (_, merge) => {
  it('gives all directions one singular value', () => {
    const spectrum = values(merge(three));
    expect(spectrum).toHaveLength(10);
    expect(Math.max(...spectrum) / Math.min(...spectrum) - 1).toBeLessThan(1e-12);
  });

  it('gives one update back with its spectrum flattened, and leaves that as it is', () => {
    const once = merge([three[1]!]);
    const mean = values(three[1]!).reduce((sum, value) => sum + value, 0) / 5;
    values(once).forEach((value) => expect(Math.abs(value / mean - 1)).toBeLessThan(1e-12));
    expect(relativeError(merge([once]), once)).toBeLessThan(1e-12);
  });

  it('does not see how an update is split into factors', () => {
    const turned = three.map((item, i) => regauge(item, `g${i}`));
    expect(relativeError(merge(turned), merge(three))).toBeLessThan(1e-11);
  });

  it('does not look at the order', () =>
    expect(relativeError(merge(three.toReversed()), merge(three))).toBeLessThan(1e-11));

  it('is homogeneous: c·updates give c·result, for negative c too', () => {
    const scaled = three.map((item) => ({ ...item, scale: -3 * item.scale }));
    expect(relativeError(merge(scaled), { ...merge(three), scale: -3 })).toBeLessThan(1e-11);
  });

  it('takes updates of zero as absent, and zero alone as zero', () => {
    expect(relativeError(merge([zero, ...three]), merge(three))).toBeLessThan(1e-11);
    expect(merge([zero, zero]).b.columns).toBe(0);
  });

  it('gives no weight to directions of float32 noise', () => {
    // The same adapter again, but for rounding: a second copy of each direction, 1e-8 away.
    const one = three[1]!;
    const rounded = { ...one, a: shaken(one.a, 'a'), b: shaken(one.b, 'b') };
    expect(values(merge([one, rounded]))).toHaveLength(5);
  });
});

it('Iso-C depends on the sum alone', () => {
  const whole = mergeIsotropic(three, { floor });
  const halves = mergeIsotropic(
    [...three, ...three].map((item) => ({ ...item, scale: item.scale / 2 })),
    { floor },
  );
  expect(relativeError(halves, whole)).toBeLessThan(1e-11);
});

it.each([
  [16, 4, 0.8, 12, 1],
  [14, 4, 0.8, 10, 1],
  // (10 - 8) / 4 = 0.5 rounds to the even 0, and (15 - 12) / 2 = 1.5 to 2.
  [10, 4, 0.8, 10, 0],
  [15, 2, 0.8, 11, 2],
  [5, 1, 0, 0, 5],
  // Rounding up asks for 2 · 3 of 5 directions.
  [5, 3, 0, 2, 1],
  [7, 3, 1, 7, 0],
] as const)('shares %i directions of %i tasks at %f: %i common, %i each', (size, tasks, fraction, common, perTask) => {
  expect(splitOfSpace(size, tasks, fraction)).toEqual({ common, perTask });
});

function shaken({ rows, columns, data }: Matrix, key: string): Matrix {
  const noise = randomMatrix(key, rows, columns).data;
  return createMatrix(
    rows,
    columns,
    data.map((value, at) => value * (1 + 1e-8 * noise[at]!)),
  );
}
