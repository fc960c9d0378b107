import { createMatrix, gram, multiply } from '@crucible/engine/algebra';
import { randomMatrix } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { solvePositive } from './solve-positive.js';

/** XᵀX of random rows, and what is to be solved: sizes below, at and beyond one block and several. */
const system = (n: number) => {
  const s = gram(randomMatrix(`rows ${n}`, 2 * n, n));
  return { s, copy: createMatrix(n, n, s.data.slice()), m: randomMatrix(`right ${n}`, 3, n) };
};

describe('X·S = M for a positive definite S', () => {
  it.each([1, 2, 95, 96, 97, 192, 200])('is solved to rounding at n = %d', (n) => {
    const { s, copy, m } = system(n);
    const x = solvePositive(s, m);
    expect(x).toHaveProperty('rows', 3);
    const back = multiply('pivot' in x ? m : x, copy);
    const largest = m.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Backward stable: the residual is rounding times the condition of S, about 40 for twice as many rows as columns.
    back.data.forEach((value, i) => expect(Math.abs(value - m.data[i]!)).toBeLessThan(1e-11 * largest * n));
  });

  it.each([
    [3, 0],
    [97, 0],
    [97, 96],
    [200, 150],
  ])('says at which pivot S of order %d stops being positive (%d)', (n, pivot) => {
    const { s, m } = system(n);
    for (let i = 0; i < n; i += 1) {
      s.data[i * n + pivot] = 0;
      s.data[pivot * n + i] = 0;
    }
    expect(solvePositive(s, m)).toEqual({ pivot });
  });
});
