import { createMatrix, multiply, relativeError, toDense, type LowRank, type Matrix } from '@crucible/engine/algebra';
import { parseOptions } from '@crucible/sdk';
import {
  distance,
  fuseAdapters,
  randomUpdate,
  readDeltas,
  regauge,
  syntheticAdapter,
  testSum,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { alignUpdates } from './align-updates.js';
import { knots } from './knots-strategy.js';
import { KNOTS_PRESETS, resolveKnots } from './options.js';

const three = [
  randomUpdate('x', { rank: 2, scale: 0.5 }),
  randomUpdate('y', { rank: 5, scale: 2 }),
  randomUpdate('z', { rank: 3 }),
];
const relative = (x: Matrix, y: Matrix): number => distance(new Map([['', x]]), new Map([['', y]]));
const dots = ({ rows, columns, data }: Matrix, i: number, j: number): number => {
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += data[row * columns + i]! * data[row * columns + j]!;
  return sum;
};

describe.each(KNOTS_PRESETS)('alignment, %s', (preset) => {
  const align = (items: readonly LowRank[]) => alignUpdates(items, resolveKnots({ preset }));

  it('loses nothing: left·rows_i is update i', () => {
    const { left, rows } = align(three);
    expect(left.columns).toBe(10);
    rows.forEach((own, i) => expect(relative(multiply(left, own), toDense(three[i]!))).toBeLessThan(1e-13));
  });

  it('does not see how an update is split into factors', () => {
    const straight = align(three);
    const turned = align(three.map((item, i) => regauge(item, `g${i}`)));
    expect(relative(turned.left, straight.left)).toBeLessThan(1e-10);
    turned.rows.forEach((own, i) => expect(relative(own, straight.rows[i]!)).toBeLessThan(1e-10));
  });

  it('gives each update the same rows in any order', () => {
    const straight = align(three);
    const turned = align(three.toReversed());
    turned.rows.toReversed().forEach((own, i) => expect(relative(own, straight.rows[i]!)).toBeLessThan(1e-10));
  });

  it('gives one direction of zeros where all is zero', () => {
    const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };
    const { left, rows } = align([zero, zero]);
    expect([left.columns, rows.map((own) => [own.rows, own.columns])]).toEqual([
      1,
      [
        [1, 18],
        [1, 18],
      ],
    ]);
  });
});

it('left has orthonormal columns, and the joint rows carry the singular values', () => {
  const { left, rows } = alignUpdates(three, resolveKnots({ preset: 'DEFAULT' }));
  for (let i = 0; i < 10; i += 1) {
    for (let j = 0; j < 10; j += 1) expect(Math.abs(dots(left, i, j) - (i === j ? 1 : 0))).toBeLessThan(1e-13);
  }
  const strengths = Array.from({ length: 10 }, (_, k) =>
    Math.sqrt(
      rows.reduce((sum, own) => sum + own.data.subarray(k * 18, (k + 1) * 18).reduce((s, v) => s + v * v, 0), 0),
    ),
  );
  expect(strengths).toEqual(strengths.toSorted((x, y) => y - x));
});

it('the absolute floor of the reference cuts small updates, the relative one does not', () => {
  const small = three.map((item) => ({ ...item, scale: 1e-7 * item.scale }));
  const errorOf = (preset: 'DEFAULT' | 'REFERENCE'): number => {
    const { left, rows } = alignUpdates(small, resolveKnots({ preset }));
    return relativeError({ b: left, a: rows[1]!, scale: 1 }, small[1]!);
  };
  expect(errorOf('DEFAULT')).toBeLessThan(1e-12);
  expect(errorOf('REFERENCE')).toBeGreaterThan(0.01);
});

it('around a linear rule changes nothing', async () => {
  const adapters = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: seed + 1, scale: 2 / seed }));
  const strategies = new Map([['testSum', testSum]]);
  const around = await fuseAdapters({ strategy: knots, strategies, options: { rule: { testSum: {} } }, adapters });
  const alone = await fuseAdapters({ strategy: testSum, adapters, space: 'DELTA' });
  expect(distance(around.deltas, alone.deltas)).toBeLessThan(1e-6);
  const one = await fuseAdapters({
    strategy: knots,
    strategies,
    options: { rule: { testSum: {} } },
    adapters: [adapters[0]!],
  });
  expect(distance(one.deltas, await readDeltas(adapters[0]!))).toBeLessThan(1e-6);
});

it('records what the preset means, and lets an option win', () => {
  const strategies = new Map([['testSum', testSum]]);
  const rule = { testSum: {} };
  expect(parseOptions(knots, { preset: 'REFERENCE', singularValues: 'RESTORED', rule }, strategies)).toEqual({
    preset: 'REFERENCE',
    floor: 1e-5,
    floorUnit: 'ABSOLUTE',
    singularValues: 'RESTORED',
    rule,
  });
});
