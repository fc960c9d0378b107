import { algebraErrors } from './errors.js';
import { createMatrix, formatShape, transpose, type Matrix } from './matrix.js';

/** Columns per block: two rows of the result and four of the right factor stay in the first-level cache. */
const COLUMN_BLOCK = 512;
/** Rows and inner steps per tile: 64 × 64 numbers are 32 KB, and the 64 rows of the right factor stay in the second-level cache. */
const TILE = 64;

/** Which entries are known to be zero, or not wanted. */
type Triangle = 'NONE' | 'RESULT_UPPER' | 'RIGHT_UPPER';

function checkInner(operation: string, x: Matrix, y: Matrix, left: number, right: number): void {
  if (left !== right) throw algebraErrors.shapeMismatch({ operation, left: formatShape(x), right: formatShape(y) });
}

/** `x [m, k]` times `y [k, n]`: `[m, n]`. */
export function multiply(x: Matrix, y: Matrix): Matrix {
  checkInner('multiply', x, y, x.columns, y.rows);
  const out = createMatrix(x.rows, y.columns);
  addProduct(out.data, x.data, x.columns, 1, y.data, x.rows, x.columns, y.columns, 'NONE');
  return out;
}

/** `x [m, k]` times an upper triangular `y [k, k]`: `[m, k]`. */
export function multiplyByUpper(x: Matrix, y: Matrix): Matrix {
  checkInner('multiplyByUpper', x, y, x.columns, y.rows);
  const out = createMatrix(x.rows, y.columns);
  addProduct(out.data, x.data, x.columns, 1, y.data, x.rows, x.columns, y.columns, 'RIGHT_UPPER');
  return out;
}

/** The transpose of `x [k, m]` times `y [k, n]`: `[m, n]`. */
export function multiplyTransposed(x: Matrix, y: Matrix): Matrix {
  checkInner('multiplyTransposed', x, y, x.rows, y.rows);
  const out = createMatrix(x.columns, y.columns);
  addProduct(out.data, x.data, 1, x.columns, y.data, x.columns, x.rows, y.columns, 'NONE');
  return out;
}

/** `x [m, k]` times the transpose of `y [n, k]`: `[m, n]`. */
export function multiplyByTranspose(x: Matrix, y: Matrix): Matrix {
  checkInner('multiplyByTranspose', x, y, x.columns, y.columns);
  return multiply(x, transpose(y));
}

/** The transpose of `x [m, k]` times x: `[k, k]`, symmetric to the bit, at half the cost of a product. */
export function gram(x: Matrix): Matrix {
  const k = x.columns;
  const out = createMatrix(k, k);
  addProduct(out.data, x.data, 1, k, x.data, k, x.rows, k, 'RESULT_UPPER');
  for (let i = 0; i < k; i += 1) for (let j = 0; j < i; j += 1) out.data[i * k + j] = out.data[j * k + i]!;
  return out;
}

/**
 * out += X·Y, where X(i, p) = x[i·rowStep + p·innerStep] and Y is row-major. Tiles of X are packed first, so that a transposed X costs no more.
 * The order of the sums depends on the shapes alone.
 */
function addProduct(
  out: Float64Array,
  x: Float64Array,
  rowStep: number,
  innerStep: number,
  y: Float64Array,
  m: number,
  k: number,
  n: number,
  triangle: Triangle,
): void {
  const tile = new Float64Array(TILE * TILE);
  for (let p0 = 0; p0 < k; p0 += TILE) {
    const depth = Math.min(TILE, k - p0);
    for (let i0 = 0; i0 < m; i0 += TILE) {
      const height = Math.min(TILE, m - i0);
      pack(tile, x, i0 * rowStep + p0 * innerStep, rowStep, innerStep, height, depth);
      const first = triangle === 'RESULT_UPPER' ? i0 : triangle === 'RIGHT_UPPER' ? p0 : 0;
      for (let j0 = first; j0 < n; j0 += COLUMN_BLOCK) {
        const j1 = Math.min(n, j0 + COLUMN_BLOCK);
        for (let i = 0; i < height; i += 2) {
          const from = triangle === 'RESULT_UPPER' ? Math.max(j0, i0 + i) : j0;
          const at = (i0 + i) * n;
          if (i + 1 < height) addTwoRows(out, at, tile, i * TILE, depth, y, p0 * n, n, from, j1);
          else addOneRow(out, at, tile, i * TILE, depth, y, p0 * n, n, from, j1);
        }
      }
    }
  }
}

function pack(
  tile: Float64Array,
  x: Float64Array,
  at: number,
  rowStep: number,
  innerStep: number,
  height: number,
  depth: number,
): void {
  if (innerStep === 1) {
    for (let i = 0; i < height; i += 1) {
      for (let p = 0; p < depth; p += 1) tile[i * TILE + p] = x[at + i * rowStep + p]!;
    }
    return;
  }
  for (let p = 0; p < depth; p += 1) {
    for (let i = 0; i < height; i += 1) tile[i * TILE + p] = x[at + i * rowStep + p * innerStep]!;
  }
}

/** Two rows of the result times four inner steps at once: eight products for each six loads, measured at twice the speed of one row at a time. */
function addTwoRows(
  out: Float64Array,
  at: number,
  tile: Float64Array,
  row: number,
  depth: number,
  y: Float64Array,
  yAt: number,
  n: number,
  j0: number,
  j1: number,
): void {
  const below = at + n;
  let p = 0;
  for (; p + 3 < depth; p += 4) {
    const a = row + p;
    const b = a + TILE;
    const a0 = tile[a]!;
    const a1 = tile[a + 1]!;
    const a2 = tile[a + 2]!;
    const a3 = tile[a + 3]!;
    const b0 = tile[b]!;
    const b1 = tile[b + 1]!;
    const b2 = tile[b + 2]!;
    const b3 = tile[b + 3]!;
    const y0 = yAt + p * n;
    const y1 = y0 + n;
    const y2 = y1 + n;
    const y3 = y2 + n;
    for (let j = j0; j < j1; j += 1) {
      const u = y[y0 + j]!;
      const v = y[y1 + j]!;
      const w = y[y2 + j]!;
      const z = y[y3 + j]!;
      out[at + j]! += a0 * u + a1 * v + a2 * w + a3 * z;
      out[below + j]! += b0 * u + b1 * v + b2 * w + b3 * z;
    }
  }
  for (; p < depth; p += 1) {
    const a0 = tile[row + p]!;
    const b0 = tile[row + TILE + p]!;
    const y0 = yAt + p * n;
    for (let j = j0; j < j1; j += 1) {
      const u = y[y0 + j]!;
      out[at + j]! += a0 * u;
      out[below + j]! += b0 * u;
    }
  }
}

function addOneRow(
  out: Float64Array,
  at: number,
  tile: Float64Array,
  row: number,
  depth: number,
  y: Float64Array,
  yAt: number,
  n: number,
  j0: number,
  j1: number,
): void {
  for (let p = 0; p < depth; p += 1) {
    const a0 = tile[row + p]!;
    const y0 = yAt + p * n;
    for (let j = j0; j < j1; j += 1) out[at + j]! += a0 * y[y0 + j]!;
  }
}
