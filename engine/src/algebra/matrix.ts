import { algebraErrors } from './errors.js';

/** A dense matrix in float64, row-major: entry (i, j) is `data[i * columns + j]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A matrix of zeros, or over `data` without a copy. */
export function createMatrix(rows: number, columns: number, data = new Float64Array(rows * columns)): Matrix {
  if (data.length === rows * columns) return { rows, columns, data };
  throw algebraErrors.shapeMismatch({
    operation: 'createMatrix',
    left: `[${rows}, ${columns}]`,
    right: `[${data.length}]`,
  });
}

/** Widens row-major numbers to float64, exactly; always a copy. */
export function matrixFrom(rows: number, columns: number, values: ArrayLike<number>): Matrix {
  return createMatrix(rows, columns, ArrayBuffer.isView(values) ? new Float64Array(values) : Float64Array.from(values));
}

export const formatShape = ({ rows, columns }: Matrix): string => `[${rows}, ${columns}]`;

/** Rounds each entry to the nearest float32. */
export function toFloat32({ data }: Matrix): Float32Array<ArrayBuffer> {
  return new Float32Array(data);
}

/** `[columns, rows]`. Goes by blocks, so that both sides stay in cache. */
export function transpose({ rows, columns, data }: Matrix): Matrix {
  const out = new Float64Array(data.length);
  const block = 32;
  for (let i0 = 0; i0 < rows; i0 += block) {
    const i1 = Math.min(rows, i0 + block);
    for (let j0 = 0; j0 < columns; j0 += block) {
      const j1 = Math.min(columns, j0 + block);
      for (let i = i0; i < i1; i += 1) for (let j = j0; j < j1; j += 1) out[j * rows + i] = data[i * columns + j]!;
    }
  }
  return { rows: columns, columns: rows, data: out };
}

/** Columns `begin … end - 1`. */
export function sliceColumns({ rows, columns, data }: Matrix, begin: number, end: number): Matrix {
  const width = end - begin;
  const out = new Float64Array(rows * width);
  for (let i = 0; i < rows; i += 1) out.set(data.subarray(i * columns + begin, i * columns + end), i * width);
  return { rows, columns: width, data: out };
}

/** Rows `begin … end - 1`, sharing memory. */
export function sliceRows({ columns, data }: Matrix, begin: number, end: number): Matrix {
  return { rows: end - begin, columns, data: data.subarray(begin * columns, end * columns) };
}

/** Matrices of equal height side by side, each times its factor. */
export function joinColumns(matrices: readonly Matrix[], rows: number, factors?: readonly number[]): Matrix {
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const out = createMatrix(rows, columns);
  let offset = 0;
  matrices.forEach(({ columns: width, data }, m) => {
    const factor = factors?.[m] ?? 1;
    for (let i = 0; i < rows; i += 1) {
      let to = i * columns + offset;
      for (let from = i * width; from < (i + 1) * width; from += 1, to += 1) out.data[to] = data[from]! * factor;
    }
    offset += width;
  });
  return out;
}

/** Matrices of equal width on top of each other. */
export function joinRows(matrices: readonly Matrix[], columns: number): Matrix {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const out = createMatrix(rows, columns);
  let offset = 0;
  for (const { data } of matrices) {
    out.data.set(data, offset);
    offset += data.length;
  }
  return out;
}

/** x + y. */
export function addMatrices(x: Matrix, y: Matrix): Matrix {
  return combine('addMatrices', x, y, 1);
}

/** x - y. */
export function subtractMatrices(x: Matrix, y: Matrix): Matrix {
  return combine('subtractMatrices', x, y, -1);
}

function combine(operation: string, x: Matrix, y: Matrix, factor: number): Matrix {
  if (x.rows !== y.rows || x.columns !== y.columns) {
    throw algebraErrors.shapeMismatch({ operation, left: formatShape(x), right: formatShape(y) });
  }
  return { rows: x.rows, columns: x.columns, data: x.data.map((value, at) => value + factor * y.data[at]!) };
}

/** Multiplies every entry. */
export function scaleMatrix({ rows, columns, data }: Matrix, factor: number): Matrix {
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += 1) out[at] = data[at]! * factor;
  return { rows, columns, data: out };
}

/** Multiplies column j by `factors[j]`. */
export function scaleColumns({ rows, columns, data }: Matrix, factors: ArrayLike<number>): Matrix {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0, at = i * columns; j < columns; j += 1, at += 1) out[at] = data[at]! * factors[j]!;
  }
  return { rows, columns, data: out };
}

/** Multiplies row i by `factors[i]`. */
export function scaleRows({ rows, columns, data }: Matrix, factors: ArrayLike<number>): Matrix {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i += 1) {
    for (let at = i * columns; at < (i + 1) * columns; at += 1) out[at] = data[at]! * factors[i]!;
  }
  return { rows, columns, data: out };
}

/** Sum of the products of equal entries: the Frobenius inner product. */
export function dotMatrices(x: Matrix, y: Matrix): number {
  if (x.rows !== y.rows || x.columns !== y.columns) {
    throw algebraErrors.shapeMismatch({ operation: 'dotMatrices', left: formatShape(x), right: formatShape(y) });
  }
  let sum = 0;
  for (let at = 0; at < x.data.length; at += 1) sum += x.data[at]! * y.data[at]!;
  return sum;
}

/** Frobenius norm. */
export function frobeniusNorm(x: Matrix): number {
  return Math.sqrt(dotMatrices(x, x));
}
