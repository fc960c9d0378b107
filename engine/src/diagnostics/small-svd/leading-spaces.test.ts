import { describe, expect, it } from 'vitest';
import {
  createMatrix,
  frobeniusNorm,
  matrixFrom,
  multiply,
  multiplyByTranspose,
  multiplyTransposed,
  scaleColumns,
  svd,
  thinQr,
  transpose,
  type Matrix,
} from '../../algebra/index.js';
import { createKeyedRandom } from '../../random/index.js';
import { leadingSpaces } from './leading-spaces.js';

const random = createKeyedRandom(3);
const randomMatrix = (name: string, rows: number, columns: number): Matrix =>
  matrixFrom(rows, columns, random.normal([name, rows, columns], rows * columns));
/** A matrix with these singular values. */
const withValues = (rows: number, columns: number, values: readonly number[]): Matrix => {
  const u = thinQr(randomMatrix('u', rows, values.length)).q;
  const v = thinQr(randomMatrix('v', columns, values.length)).q;
  return multiply(scaleColumns(u, values), transpose(v));
};

const identity = (n: number): Matrix =>
  createMatrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0)),
  );

const matrices: readonly (readonly [string, Matrix])[] = [
  ['square', randomMatrix('x', 64, 64)],
  ['tall', randomMatrix('x', 40, 17)],
  ['wide', randomMatrix('x', 9, 50)],
  ['one row', randomMatrix('x', 1, 8)],
  [
    'all values equal',
    withValues(
      12,
      12,
      Array.from({ length: 12 }, () => 2),
    ),
  ],
  ['pairs of equal values', withValues(16, 20, [3, 3, 2, 2, 1, 1, 0.5, 0.5])],
  ['values over nine orders of magnitude', withValues(20, 20, [1, 1e-3, 1e-6, 1e-9])],
  [
    'a diagonal',
    createMatrix(
      5,
      5,
      Float64Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 5 - i / 6 : 0)),
    ),
  ],
  ['two blocks alike', createMatrix(4, 4, Float64Array.from([1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4]))],
  ['of rank 1', withValues(30, 30, [7])],
  ['huge', { ...randomMatrix('x', 10, 10), data: randomMatrix('x', 10, 10).data.map((value) => value * 1e100) }],
];

describe.each(matrices)('leading spaces of a matrix: %s', (_, x) => {
  const exact = svd(x);
  const energies = [...exact.singularValues].map((value) => value ** 2);
  const total = energies.reduce((sum, value) => sum + value, 0);

  it.each([1, 2, 3, 5, 8, 100])('at rank %i keep what a full decomposition keeps', (rank) => {
    const got = leadingSpaces(x, rank);
    expect(got.kept).toBe(Math.min(rank, exact.singularValues.length));
    expect(Math.abs(got.total / total - 1)).toBeLessThan(1e-13);
    const tail = energies.slice(rank).reduce((sum, value) => sum + value, 0);
    expect(Math.abs(got.tail - tail) / total).toBeLessThan(1e-13);
    got.singularValues?.forEach((value, i) => expect(Math.abs(value ** 2 - energies[i]!) / total).toBeLessThan(1e-13));
    expect(got.left !== undefined || got.kept === x.rows).toBe(true);
    expect(got.right !== undefined || got.kept === x.columns).toBe(true);
    const { left = identity(x.rows), right = identity(x.columns) } = got;
    expect([left.rows, left.columns, right.rows, right.columns]).toEqual([got.kept, x.rows, got.kept, x.columns]);
    for (const basis of [left, right]) {
      const products = multiplyByTranspose(basis, basis);
      products.data.forEach((value, at) =>
        expect(Math.abs(value - Number(at % (basis.rows + 1) === 0))).toBeLessThan(1e-9),
      );
    }
    const projected = multiply(multiply(left, x), transpose(right));
    expect(Math.abs(frobeniusNorm(projected) ** 2 - (total - tail)) / total).toBeLessThan(1e-12);
    const onlyLeft = multiplyTransposed(left, multiply(left, x));
    expect(Math.abs(frobeniusNorm(onlyLeft) ** 2 - (total - tail)) / total).toBeLessThan(1e-12);
  });
});

it('of zeros keep nothing', () => {
  expect(leadingSpaces(createMatrix(4, 3), 2)).toMatchObject({ total: 0, tail: 0, kept: 0 });
});
