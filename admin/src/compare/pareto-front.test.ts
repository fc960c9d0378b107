import { describe, expect, it } from 'vitest';
import { findFront } from './pareto-front';

/** Small integers, so that equal values are common: numbers of a linear congruence. */
function makePoints(count: number, seed: number): { readonly x: number; readonly y: number }[] {
  let state = seed;
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor(state / 65536) % 7;
  };
  return Array.from({ length: count }, () => ({ x: next(), y: next() }));
}

describe('the Pareto front', () => {
  it.each([
    ['one point', [[1, 1]], [true]],
    [
      'one better in both',
      [
        [1, 1],
        [2, 2],
      ],
      [false, true],
    ],
    [
      'a trade',
      [
        [1, 2],
        [2, 1],
      ],
      [true, true],
    ],
    [
      'equal points',
      [
        [1, 1],
        [1, 1],
      ],
      [true, true],
    ],
    [
      'better in one, equal in the other',
      [
        [1, 2],
        [2, 2],
        [2, 1],
      ],
      [false, true, false],
    ],
    ['none', [], []],
  ])('of %s', (_what, points, expected) => {
    expect(findFront(points.map(([x, y]) => ({ x: x!, y: y! })))).toEqual(expected);
  });

  it.each([1, 2, 3, 4, 5])('is what comparing every pair finds, seed %i', (seed) => {
    const points = makePoints(60, seed);
    const beaten = points.map((a) => points.some((b) => b.x >= a.x && b.y >= a.y && (b.x > a.x || b.y > a.y)));
    expect(findFront(points)).toEqual(beaten.map((yes) => !yes));
  });
});
