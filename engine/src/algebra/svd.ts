import { algebraErrors } from './errors.js';
import { createMatrix, transpose, type Matrix } from './matrix.js';
import { multiply } from './multiply.js';
import { thinQr } from './thin-qr.js';
import { borrowAlgebraKernels, padded } from './wasm/algebra-kernels.js';

/** x = U·diag(S)·Vᵀ. Singular values fall; only those above rounding are there, so that every column of U and V means something. */
export interface Svd {
  /** `[m, p]` */
  readonly u: Matrix;
  /** `[p]`, falling, positive. */
  readonly singularValues: Float64Array;
  /** `[p, n]`: rows are right singular vectors. */
  readonly vt: Matrix;
}

const MAX_SWEEPS = 60;

/**
 * Singular value decomposition of `x [m, n]` of any rank, p = numerical rank. The entry of largest magnitude of each right vector is positive (the
 * first of equals), so that the result is a function of x.
 *
 * Two thin QRs reduce x to its core; one-sided Jacobi rotations (Hestenes 1958; Demmel and Veselić, "Jacobi's method is more accurate than QR", 1992)
 * decompose that. O(m n p + p³).
 */
export function svd(x: Matrix): Svd {
  // Thin QR is for tall matrices: of a wide one it would make a Gram matrix of the long side.
  const { u, singularValues, vt } = x.columns > x.rows ? transposeSvd(svdOfTall(transpose(x))) : svdOfTall(x);
  fixSigns(u, vt);
  return { u, singularValues, vt };
}

const transposeSvd = ({ u, singularValues, vt }: Svd): Svd => ({ u: transpose(vt), singularValues, vt: transpose(u) });

function svdOfTall(x: Matrix): Svd {
  const { q: left, r: rest } = thinQr(x);
  const { q: right, r: core } = thinQr(transpose(rest));
  // x = left · coreᵀ · rightᵀ; the rows of `core` are turned orthogonal: rotations · core = diag(S) · W.
  const { rotations, singularValues, vectors } = orthogonalizeRows(core);
  const u = multiply(left, transpose(vectors));
  const vt = multiply(rotations, transpose(right));
  return { u, singularValues, vt };
}

/** Row rotations J with J·x = diag(S)·W, W orthonormal, S falling. `x [p, q]` has p <= q and full rank. */
function orthogonalizeRows(x: Matrix): {
  readonly rotations: Matrix;
  readonly singularValues: Float64Array;
  readonly vectors: Matrix;
} {
  const { rows: p, columns: q } = x;
  // Each row of x with its row of the rotations behind it, so that one pass turns both; each part is padded with zeros.
  const width = padded(q);
  const stride = width + padded(p);
  const { floats, dot, rotate } = borrowAlgebraKernels(p * stride);
  floats.fill(0, 0, p * stride);
  for (let i = 0; i < p; i += 1) {
    floats.set(x.data.subarray(i * q, (i + 1) * q), i * stride);
    floats[i * stride + width + i] = 1;
  }
  const [widthBytes, strideBytes] = [width * BYTES, stride * BYTES];
  // Where each row lies: pivoting changes places and no numbers.
  const at = Int32Array.from({ length: p }, (_, i) => i * strideBytes);
  const squareOf = (row: number): number => dot(row, row + widthBytes, row);
  const squares = Float64Array.from(at, squareOf);
  const tolerance = Math.sqrt(p) * Number.EPSILON;
  let sweeps = 0;
  for (let rotated = p > 1; rotated; sweeps += 1) {
    if (sweeps === MAX_SWEEPS) throw algebraErrors.notConverged({ rows: p, columns: q, sweeps });
    rotated = false;
    for (let i = 0; i < p - 1; i += 1) {
      bringLargestFirst(i, at, squares);
      const first = at[i]!;
      for (let j = i + 1; j < p; j += 1) {
        const second = at[j]!;
        const product = dot(first, first + widthBytes, second);
        // Two roots, for the product of two squares could overflow.
        if (Math.abs(product) <= tolerance * Math.sqrt(squares[i]!) * Math.sqrt(squares[j]!)) continue;
        rotated = true;
        const cotangent = (squares[j]! - squares[i]!) / (2 * product);
        const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotate(first, first + strideBytes, second, cosine, cosine * tangent);
        squares[i]! -= tangent * product;
        squares[j]! += tangent * product;
      }
    }
    // Updated squares drift; fresh ones keep the test for convergence honest.
    for (let i = 0; i < p; i += 1) squares[i] = squareOf(at[i]!);
  }
  const order = Array.from(squares.keys()).sort((i, j) => squares[j]! - squares[i]! || i - j);
  const singularValues = Float64Array.from(order, (i) => Math.sqrt(squares[i]!));
  const rotations = createMatrix(p, p);
  const vectors = createMatrix(p, q);
  order.forEach((from, to) => {
    const row = at[from]! / BYTES;
    rotations.data.set(floats.subarray(row + width, row + width + p), to * p);
    const value = singularValues[to]!;
    for (let j = 0; j < q; j += 1) vectors.data[to * q + j] = floats[row + j]! / value;
  });
  return { rotations, singularValues, vectors };
}

/** De Rijk's pivoting: fewer sweeps. */
function bringLargestFirst(i: number, at: Int32Array, squares: Float64Array): void {
  let largest = i;
  for (let j = i + 1; j < squares.length; j += 1) if (squares[j]! > squares[largest]!) largest = j;
  if (largest === i) return;
  [at[i], at[largest]] = [at[largest]!, at[i]!];
  [squares[i], squares[largest]] = [squares[largest]!, squares[i]!];
}

const BYTES = 8;

function fixSigns(u: Matrix, vt: Matrix): void {
  for (let i = 0; i < vt.rows; i += 1) {
    const row = vt.data.subarray(i * vt.columns, (i + 1) * vt.columns);
    let largest = 0;
    for (const value of row) if (Math.abs(value) > Math.abs(largest)) largest = value;
    if (largest >= 0) continue;
    for (let j = 0; j < row.length; j += 1) row[j] = -row[j]!;
    for (let at = i; at < u.data.length; at += u.columns) u.data[at] = -u.data[at]!;
  }
}
