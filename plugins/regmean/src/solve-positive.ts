import { createMatrix, type Matrix } from '@crucible/engine/algebra';

/** Where the factorization met a pivot that is not positive. */
export interface NotPositive {
  readonly pivot: number;
}

/**
 * X with X·S = M, for a symmetric positive definite S `[n, n]` and M `[m, n]`, by Cholesky's S = L·Lᵀ in float64: n³/3 + m·n² steps. S is overwritten by
 * L. Answers the first pivot that is not positive instead, where S is not positive definite to rounding.
 *
 * Rows of L are built one after the other from dot products of rows, so that every access runs along memory.
 */
export function solvePositive(s: Matrix, m: Matrix): Matrix | NotPositive {
  const n = s.rows;
  const l = s.data;
  for (let i = 0; i < n; i += 1) {
    const own = i * n;
    for (let j = 0; j <= i; j += 1) {
      const other = j * n;
      let sum = l[own + j]!;
      for (let k = 0; k < j; k += 1) sum -= l[own + k]! * l[other + k]!;
      if (i > j) l[own + j] = sum / l[other + j]!;
      else if (sum > l[own + i]! * n * Number.EPSILON) l[own + i] = Math.sqrt(sum);
      else return { pivot: i };
    }
  }
  const x = createMatrix(m.rows, n, m.data.slice());
  for (let row = 0; row < m.rows; row += 1) solveRow(l, x.data.subarray(row * n, (row + 1) * n));
  return x;
}

/** x ← x·(L·Lᵀ)⁻¹: forward by rows of L, then backward by its rows too, each solved entry taken out of those before it. */
function solveRow(l: Float64Array, x: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n; i += 1) {
    let sum = x[i]!;
    for (let k = 0; k < i; k += 1) sum -= l[i * n + k]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    const solved = x[i]! / l[i * n + i]!;
    x[i] = solved;
    for (let k = 0; k < i; k += 1) x[k]! -= l[i * n + k]! * solved;
  }
}
