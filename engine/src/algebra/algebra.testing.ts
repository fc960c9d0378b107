import { createKeyedRandom } from '../random/index.js';
import type { LowRank } from './low-rank.js';
import { createMatrix, frobeniusNorm, matrixFrom, subtractMatrices, type Matrix } from './matrix.js';

const random = createKeyedRandom(5);

export const randomMatrix = (name: string, rows: number, columns: number): Matrix =>
  matrixFrom(rows, columns, random.normal([name, rows, columns], rows * columns));

export const randomLowRank = (name: string, rows: number, columns: number, rank: number, scale = 1.5): LowRank => ({
  b: randomMatrix(`${name}.b`, rows, rank),
  a: randomMatrix(`${name}.a`, rank, columns),
  scale,
});

/** ‖x - y‖ / ‖y‖ over dense matrices: the reference for everything that avoids them. */
export const denseError = (x: Matrix, y: Matrix): number =>
  frobeniusNorm(subtractMatrices(x, y)) / (frobeniusNorm(y) || 1);

export const identity = (n: number): Matrix =>
  createMatrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
  );

/** Entry by entry from the definition. */
export function naiveProduct(x: Matrix, y: Matrix): Matrix {
  const out = createMatrix(x.rows, y.columns);
  for (let i = 0; i < x.rows; i += 1) {
    for (let j = 0; j < y.columns; j += 1) {
      for (let p = 0; p < x.columns; p += 1) {
        out.data[i * y.columns + j]! += x.data[i * x.columns + p]! * y.data[p * y.columns + j]!;
      }
    }
  }
  return out;
}

/** Arithmetic in float64 on matrices of these sizes. */
export const ROUNDING = 1e-13;
