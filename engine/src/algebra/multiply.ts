import { algebraErrors } from './errors.js';
import { createMatrix, formatShape, type Matrix } from './matrix.js';
import { TILE } from './wasm/algebra-kernel-code.js';
import { createAlgebraKernels, padded, type AlgebraKernels } from './wasm/algebra-kernels.js';

/** Which entries are known to be zero, or not wanted. */
type Triangle = 'NONE' | 'RESULT_UPPER' | 'RIGHT_UPPER';

function checkInner(operation: string, x: Matrix, y: Matrix, left: number, right: number): void {
  if (left !== right) throw algebraErrors.shapeMismatch({ operation, left: formatShape(x), right: formatShape(y) });
}

/** A factor of a product: a matrix as it lies in memory, row-major, or its transpose. */
interface Factor {
  readonly matrix: Matrix;
  readonly transposed: boolean;
}
const plain = (matrix: Matrix): Factor => ({ matrix, transposed: false });
const turned = (matrix: Matrix): Factor => ({ matrix, transposed: true });

/** `x [m, k]` times `y [k, n]`: `[m, n]`. */
export function multiply(x: Matrix, y: Matrix): Matrix {
  checkInner('multiply', x, y, x.columns, y.rows);
  return product(plain(x), plain(y), 'NONE');
}

/** `x [m, k]` times an upper triangular `y [k, k]`: `[m, k]`. */
export function multiplyByUpper(x: Matrix, y: Matrix): Matrix {
  checkInner('multiplyByUpper', x, y, x.columns, y.rows);
  return product(plain(x), plain(y), 'RIGHT_UPPER');
}

/** The transpose of `x [k, m]` times `y [k, n]`: `[m, n]`. */
export function multiplyTransposed(x: Matrix, y: Matrix): Matrix {
  checkInner('multiplyTransposed', x, y, x.rows, y.rows);
  return product(turned(x), plain(y), 'NONE');
}

/** `x [m, k]` times the transpose of `y [n, k]`: `[m, n]`. */
export function multiplyByTranspose(x: Matrix, y: Matrix): Matrix {
  checkInner('multiplyByTranspose', x, y, x.columns, y.columns);
  return product(plain(x), turned(y), 'NONE');
}

/** The transpose of `x [m, k]` times x: `[k, k]`, symmetric to the bit, at half the cost of a product. */
export function gram(x: Matrix): Matrix {
  return mirror(product(turned(x), plain(x), 'RESULT_UPPER'));
}

/** `x [k, m]` times its transpose: `[k, k]`, symmetric to the bit, at half the cost of a product. */
export function gramOfRows(x: Matrix): Matrix {
  return mirror(product(plain(x), turned(x), 'RESULT_UPPER'));
}

function mirror({ rows: k, columns, data }: Matrix): Matrix {
  for (let i = 0; i < k; i += 1) for (let j = 0; j < i; j += 1) data[i * k + j] = data[j * k + i]!;
  return { rows: k, columns, data };
}

/** Sides of the blocks that are worked on at a time: three blocks of 256 × 256 numbers fit into the second-level cache of today's machines. */
const BLOCK = 256;
const BYTES = 8;
/** Blocks of X, of Y in strips, of the result, and of what is to be packed. */
const BLOCK_SIZE = BLOCK * BLOCK;
const [X_AT, STRIPS_AT, C_AT, STAGE_AT] = [0, BLOCK_SIZE, 2 * BLOCK_SIZE, 3 * BLOCK_SIZE];
let kernels: AlgebraKernels | undefined;

/**
 * X·Y by blocks, in WebAssembly. The order of the sums depends on the shapes alone, so that the same input gives the same bits on every machine.
 */
function product(x: Factor, y: Factor, triangle: Triangle): Matrix {
  const { floats, tilesOfColumn } = (kernels ??= createAlgebraKernels(4 * BLOCK_SIZE));
  const [m, k] = x.transposed ? [x.matrix.columns, x.matrix.rows] : [x.matrix.rows, x.matrix.columns];
  const n = y.transposed ? y.matrix.rows : y.matrix.columns;
  const out = createMatrix(m, n);
  for (let p0 = 0; p0 < k; p0 += BLOCK) {
    const depth = Math.min(BLOCK, k - p0);
    for (let j0 = 0; j0 < n; j0 += BLOCK) {
      const width = Math.min(BLOCK, n - j0);
      if (triangle === 'RIGHT_UPPER' && p0 >= j0 + width) continue;
      const stride = padded(width);
      const pitch = packRight(y, p0, j0, depth, width);
      for (let i0 = 0; i0 < m; i0 += BLOCK) {
        const height = Math.min(BLOCK, m - i0);
        if (triangle === 'RESULT_UPPER' && i0 >= j0 + width) continue;
        const tall = padded(height);
        packLeft(x, i0, p0, height, depth);
        floats.fill(0, C_AT, C_AT + tall * stride);
        const [iStep, pStep] = x.transposed ? [1, TILE] : [depth, 1];
        for (let strip = 0; strip < stride; strip += TILE) {
          // Above the diagonal of the result: rows that begin beyond the last column of the strip are not wanted.
          const wanted =
            triangle === 'RESULT_UPPER' ? Math.min(tall, padded(Math.max(0, j0 + strip + TILE - i0))) : tall;
          // Above the diagonal of Y: it is zero below the last column of the strip.
          const deep = triangle === 'RIGHT_UPPER' ? Math.min(depth, Math.max(0, j0 + strip + TILE - p0)) : depth;
          const c = (C_AT + strip) * BYTES;
          const strips = (STRIPS_AT + strip * pitch) * BYTES;
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
        addBlock(out.data, i0 * n + j0, n, floats, stride, height, width, p0 === 0);
      }
    }
  }
  return out;
}

/** A block of X: rows as they are, or strips of four columns of what is to be transposed. */
function packLeft({ matrix, transposed }: Factor, i0: number, p0: number, height: number, depth: number): void {
  const { floats } = kernels!;
  const { columns: step, data } = matrix;
  const tall = padded(height);
  if (transposed) {
    copyBlock(floats, STAGE_AT, tall, data, p0 * step + i0, step, depth, height);
    packStrips(X_AT, depth, tall);
    return;
  }
  copyBlock(floats, X_AT, depth, data, i0 * step + p0, step, height, depth);
  floats.fill(0, X_AT + height * depth, X_AT + tall * depth);
}

/** A block of Y in strips of four columns; returns how many rows of four a strip has. */
function packRight({ matrix, transposed }: Factor, p0: number, j0: number, depth: number, width: number): number {
  const { floats, packRows } = kernels!;
  const { columns: step, data } = matrix;
  const stride = padded(width);
  if (!transposed) {
    copyBlock(floats, STAGE_AT, stride, data, p0 * step + j0, step, depth, width);
    packStrips(STRIPS_AT, depth, stride);
    return depth;
  }
  const even = depth + (depth % 2);
  copyBlock(floats, STAGE_AT, even, data, j0 * step + p0, step, width, depth);
  floats.fill(0, STAGE_AT + width * even, STAGE_AT + stride * even);
  for (let row = 0; row < stride; row += TILE) {
    const strip = (STRIPS_AT + row * even) * BYTES;
    packRows(strip, strip + even * TILE * BYTES, (STAGE_AT + row * even) * BYTES, even * BYTES);
  }
  return even;
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
