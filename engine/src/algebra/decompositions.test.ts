import { describe, expect, it } from 'vitest';
import { denseError, identity, randomMatrix, ROUNDING } from './algebra.testing.js';
import {
  createMatrix,
  frobeniusNorm,
  matrixFrom,
  scaleColumns,
  scaleMatrix,
  subtractMatrices,
  transpose,
  type Matrix,
} from './matrix.js';
import { gram, gramOfRows, multiply, multiplyByTranspose } from './multiply.js';
import { svd } from './svd.js';
import { orthonormalizeRows, thinQr } from './thin-qr.js';

/** Matrices that break careless decompositions. */
const difficult: readonly (readonly [string, Matrix, number])[] = [
  ['full rank, tall', randomMatrix('tall', 200, 12), 12],
  ['full rank, wide', randomMatrix('wide', 7, 40), 7],
  ['square', randomMatrix('square', 33, 33), 33],
  ['one row', randomMatrix('row', 1, 9), 1],
  ['one column', randomMatrix('column', 9, 1), 1],
  ['zeros', createMatrix(6, 4), 0],
  ['nothing', createMatrix(5, 0), 0],
  ['copies of one block', multiply(randomMatrix('block', 50, 3), randomMatrix('copies', 3, 24)), 3],
  ['tiny entries', scaleMatrix(randomMatrix('tiny', 20, 5), 1e-40), 5],
  ['huge entries', scaleMatrix(randomMatrix('huge', 20, 5), 1e100), 5],
  ['condition 1e10', scaleColumns(randomMatrix('graded', 60, 6), [1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10]), 6],
  [
    'nearly equal columns',
    createMatrix(
      40,
      3,
      randomMatrix('near', 40, 3).data.map((value, at) => (at % 3) * 1e-9 * value + Math.sin(Math.floor(at / 3))),
    ),
    3,
  ],
  ['equal singular values', identity(8), 8],
];

describe('thin QR', () => {
  it.each(difficult)('%s: x = Q·R, Q orthonormal, of the rank of x', (_, x, rank) => {
    const { q, r } = thinQr(x);
    expect(q.columns).toBe(rank);
    expect(denseError(multiply(q, r), x)).toBeLessThan(ROUNDING);
    expect(frobeniusNorm(subtractMatrices(gram(q), identity(rank)))).toBeLessThan(1e-12);
  });

  it.each(difficult)('%s: the same of rows, without the transpose', (_, x, rank) => {
    const { r, multiply: timesRows } = orthonormalizeRows(transpose(x));
    const q = timesRows(identity(rank));
    expect([q.rows, q.columns]).toEqual([rank, x.rows]);
    expect(denseError(multiply(transpose(q), r), x)).toBeLessThan(ROUNDING);
    expect(frobeniusNorm(subtractMatrices(gramOfRows(q), identity(rank)))).toBeLessThan(1e-12);
  });

  it('is orthonormal to rounding also where power iterations from ones would see nothing', () => {
    // Columns whose strong direction is (1, -1, 1, -1): 20 times the others, so in one pass, or 2000 times, so in two.
    for (const strength of [20, 2000]) {
      const turned = randomMatrix('strong', 50, 4);
      turned.data.forEach((_, at) => (turned.data[at]! += strength * Math.cos(at >> 2) * (at % 2 === 0 ? 1 : -1)));
      expect(frobeniusNorm(subtractMatrices(gram(thinQr(turned).q), identity(4)))).toBeLessThan(1e-12);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    const x = createMatrix(2, 2, Float64Array.of(1, value, 3, 4));
    const refused = expect.objectContaining({ code: 'ALGEBRA_NOT_FINITE' }) as Error;
    expect(() => thinQr(x)).toThrow(refused);
    expect(() => svd(x)).toThrow(refused);
  });
});

describe('SVD', () => {
  it.each(difficult)('%s: x = U·S·Vᵀ, orthonormal, falling, with fixed signs', (_, x, rank) => {
    const { u, singularValues, vt } = svd(x);
    expect(singularValues).toHaveLength(rank);
    expect(denseError(multiply(scaleColumns(u, singularValues), vt), x)).toBeLessThan(ROUNDING);
    expect(frobeniusNorm(subtractMatrices(gram(u), identity(rank)))).toBeLessThan(1e-11);
    expect(frobeniusNorm(subtractMatrices(gram(transpose(vt)), identity(rank)))).toBeLessThan(1e-11);
    expect([...singularValues]).toEqual([...singularValues].sort((a, b) => b - a));
    const rows = Array.from({ length: rank }, (_, i) => [...vt.data.subarray(i * vt.columns, (i + 1) * vt.columns)]);
    expect(rows.every((row) => Math.max(...row) >= -Math.min(...row))).toBe(true);
  });

  it('finds values that are known: those of diag(s) between rotations', () => {
    const values = [9, 4, 4, 1e-3, 1e-7];
    const left = thinQr(randomMatrix('left', 30, 5)).q;
    const right = thinQr(randomMatrix('right', 20, 5)).q;
    const { singularValues } = svd(multiplyByTranspose(scaleColumns(left, values), right));
    singularValues.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-14 * 9));
  });

  it('is a function of its input: the same bytes each time', () => {
    const x = randomMatrix('again', 40, 30);
    expect(svd(x)).toEqual(svd(matrixFrom(40, 30, x.data)));
  });
});
