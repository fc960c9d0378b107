import {
  createMatrix,
  multiply,
  multiplyByTranspose,
  sliceColumns,
  sliceRows,
  type Matrix,
} from '@crucible/engine/algebra';

/** Where the factorization met a pivot that is not positive. */
export interface NotPositive {
  readonly pivot: number;
}

/** Columns that are eliminated together: a block of L beside its panel stays in the second-level cache, and all else is matrix products. */
const BLOCK = 96;

/**
 * X with X·S = M, for a symmetric positive definite S `[n, n]` and M `[m, n]`, by Cholesky's S = L·Lᵀ in float64: n³/3 + 2·m·n² multiplications, nearly all of
 * them in matrix products. S is overwritten by L. Answers the first pivot that is not positive instead, where S is not positive definite to rounding.
 */
export function solvePositive(s: Matrix, m: Matrix): Matrix | NotPositive {
  const failed = factorize(s);
  return failed ?? solveBackward(s, solveForward(s, m));
}

/** Block column by block column, each from those on its left. What is above the diagonal blocks is left as it was, and never read again. */
function factorize(s: Matrix): NotPositive | undefined {
  const n = s.rows;
  const diagonal = Float64Array.from({ length: n }, (_, i) => s.data[i * n + i]!);
  for (let begin = 0; begin < n; begin += BLOCK) {
    const width = Math.min(BLOCK, n - begin);
    const below = sliceRows(s, begin, n);
    const panel = sliceColumns(below, begin, begin + width);
    if (begin > 0) {
      const left = sliceColumns(below, 0, begin);
      const known = multiplyByTranspose(left, sliceRows(left, 0, width));
      for (let at = 0; at < known.data.length; at += 1) panel.data[at]! -= known.data[at]!;
    }
    const pivot = factorizePanel(panel, diagonal.subarray(begin));
    if (pivot !== undefined) return { pivot: begin + pivot };
    for (let i = 0; i < panel.rows; i += 1) {
      s.data.set(panel.data.subarray(i * width, (i + 1) * width), (begin + i) * n + begin);
    }
  }
  return undefined;
}

/** The diagonal block and all that is below it, row by row: L of the block, then L⁻ᵀ applied to the rest. */
function factorizePanel({ rows, columns, data: l }: Matrix, diagonal: Float64Array): number | undefined {
  for (let i = 0; i < rows; i += 1) {
    const own = i * columns;
    for (let j = 0; j < Math.min(i + 1, columns); j += 1) {
      const other = j * columns;
      let sum = l[own + j]!;
      for (let k = 0; k < j; k += 1) sum -= l[own + k]! * l[other + k]!;
      if (i > j) l[own + j] = sum / l[other + j]!;
      else if (sum > diagonal[i]! * rows * Number.EPSILON) l[own + i] = Math.sqrt(sum);
      else return i;
    }
  }
  return undefined;
}

/** Y with Y·Lᵀ = M. */
function solveForward(l: Matrix, m: Matrix): Matrix {
  const n = l.rows;
  const y = createMatrix(m.rows, n, m.data.slice());
  for (let begin = 0; begin < n; begin += BLOCK) {
    const end = Math.min(n, begin + BLOCK);
    if (begin > 0) {
      const rows = sliceRows(l, begin, end);
      subtractAt(y, multiplyByTranspose(sliceColumns(y, 0, begin), sliceColumns(rows, 0, begin)), begin);
    }
    for (let row = 0; row < m.rows; row += 1) {
      const own = y.data.subarray(row * n, (row + 1) * n);
      for (let i = begin; i < end; i += 1) {
        let sum = own[i]!;
        for (let k = begin; k < i; k += 1) sum -= l.data[i * n + k]! * own[k]!;
        own[i] = sum / l.data[i * n + i]!;
      }
    }
  }
  return y;
}

/** X with X·L = Y; Y is overwritten. */
function solveBackward(l: Matrix, y: Matrix): Matrix {
  const n = l.rows;
  for (let begin = Math.floor((n - 1) / BLOCK) * BLOCK; begin >= 0; begin -= BLOCK) {
    const end = Math.min(n, begin + BLOCK);
    if (end < n) {
      const below = sliceColumns(sliceRows(l, end, n), begin, end);
      subtractAt(y, multiply(sliceColumns(y, end, n), below), begin);
    }
    for (let row = 0; row < y.rows; row += 1) {
      const own = y.data.subarray(row * n, (row + 1) * n);
      for (let i = end - 1; i >= begin; i -= 1) {
        const solved = own[i]! / l.data[i * n + i]!;
        own[i] = solved;
        for (let k = begin; k < i; k += 1) own[k]! -= l.data[i * n + k]! * solved;
      }
    }
  }
  return y;
}

/** Takes `part` off the columns of `y` from `begin` on. */
function subtractAt(y: Matrix, part: Matrix, begin: number): void {
  for (let row = 0; row < part.rows; row += 1) {
    const to = row * y.columns + begin;
    for (let j = 0; j < part.columns; j += 1) y.data[to + j]! -= part.data[row * part.columns + j]!;
  }
}
