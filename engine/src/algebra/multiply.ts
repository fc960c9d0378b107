import { algebraErrors } from './errors.js';
import { createMatrix, formatShape, transpose, type Matrix } from './matrix.js';
import { TILE } from './wasm/algebra-kernel-code.js';
import { createAlgebraKernels, padded, type AlgebraKernels } from './wasm/algebra-kernels.js';

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

/** Sides of the blocks that are worked on at a time: three blocks of 256 × 256 numbers fit into the second-level cache of today's machines. */
const BLOCK = 256;
const BYTES = 8;
/** Blocks of X, of Y in strips, of the result, and of what is to be packed. */
const BLOCK_SIZE = BLOCK * BLOCK;
const [X_AT, STRIPS_AT, C_AT, STAGE_AT] = [0, BLOCK_SIZE, 2 * BLOCK_SIZE, 3 * BLOCK_SIZE];
let kernels: AlgebraKernels | undefined;

/**
 * out += X·Y, where X(i, p) = x[i·rowStep + p·innerStep] and Y is row-major, by blocks, in WebAssembly. The order of the sums depends on the shapes
 * alone, so that the same input gives the same bits on every machine.
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
  const { floats, tilesOfColumn } = (kernels ??= createAlgebraKernels(4 * BLOCK_SIZE));
  const transposed = innerStep !== 1;
  for (let p0 = 0; p0 < k; p0 += BLOCK) {
    const depth = Math.min(BLOCK, k - p0);
    for (let j0 = 0; j0 < n; j0 += BLOCK) {
      const width = Math.min(BLOCK, n - j0);
      if (triangle === 'RIGHT_UPPER' && p0 >= j0 + width) continue;
      const stride = padded(width);
      copyBlock(floats, STAGE_AT, stride, y, p0 * n + j0, n, depth, width);
      packStrips(STRIPS_AT, depth, stride);
      for (let i0 = 0; i0 < m; i0 += BLOCK) {
        const height = Math.min(BLOCK, m - i0);
        if (triangle === 'RESULT_UPPER' && i0 >= j0 + width) continue;
        const tall = padded(height);
        if (transposed) {
          copyBlock(floats, STAGE_AT, tall, x, i0 + p0 * innerStep, innerStep, depth, height);
          packStrips(X_AT, depth, tall);
        } else {
          copyBlock(floats, X_AT, depth, x, i0 * rowStep + p0, rowStep, height, depth);
          floats.fill(0, X_AT + height * depth, X_AT + tall * depth);
        }
        floats.fill(0, C_AT, C_AT + tall * stride);
        const [iStep, pStep] = transposed ? [1, TILE] : [depth, 1];
        for (let strip = 0; strip < stride; strip += TILE) {
          // Above the diagonal of the result: rows that begin beyond the last column of the strip are not wanted.
          const wanted =
            triangle === 'RESULT_UPPER' ? Math.min(tall, padded(Math.max(0, j0 + strip + TILE - i0))) : tall;
          // Above the diagonal of Y: it is zero below the last column of the strip.
          const deep = triangle === 'RIGHT_UPPER' ? Math.min(depth, Math.max(0, j0 + strip + TILE - p0)) : depth;
          const c = (C_AT + strip) * BYTES;
          const strips = (STRIPS_AT + strip * depth) * BYTES;
          tilesOfColumn(
            c,
            c + wanted * stride * BYTES,
            stride * BYTES,
            X_AT * BYTES,
            depth * TILE * BYTES,
            iStep * BYTES,
            pStep * BYTES,
            strips,
            strips + deep * TILE * BYTES,
          );
        }
        addBlock(out, i0 * n + j0, n, floats, stride, height, width, p0 === 0);
      }
    }
  }
}

/** Packs a block of rows of `stride` numbers into strips of four columns each. */
function packStrips(at: number, rows: number, stride: number): void {
  for (let column = 0; column < stride; column += TILE) {
    const strip = (at + column * rows) * BYTES;
    kernels!.packStrip(strip, strip + rows * TILE * BYTES, (STAGE_AT + column) * BYTES, stride * BYTES);
  }
}

/** A block of a row-major matrix to rows of `stride` numbers, with zeros behind it. */
function copyBlock(
  floats: Float64Array,
  at: number,
  stride: number,
  from: Float64Array,
  fromAt: number,
  step: number,
  rows: number,
  columns: number,
): void {
  if (stride === step && columns === step) {
    floats.set(from.subarray(fromAt, fromAt + rows * step), at);
    return;
  }
  for (let i = 0; i < rows; i += 1) {
    floats.set(from.subarray(fromAt + i * step, fromAt + i * step + columns), at + i * stride);
    if (stride > columns) floats.fill(0, at + i * stride + columns, at + (i + 1) * stride);
  }
}

function addBlock(
  out: Float64Array,
  at: number,
  step: number,
  floats: Float64Array,
  stride: number,
  rows: number,
  columns: number,
  first: boolean,
): void {
  if (first && stride === step && columns === step) {
    out.set(floats.subarray(C_AT, C_AT + rows * stride), at);
    return;
  }
  for (let i = 0; i < rows; i += 1) {
    const [to, from] = [at + i * step, C_AT + i * stride];
    if (first) out.set(floats.subarray(from, from + columns), to);
    else for (let j = 0; j < columns; j += 1) out[to + j]! += floats[from + j]!;
  }
}
