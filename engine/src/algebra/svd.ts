import { algebraErrors } from './errors.js';
import { createMatrix, transpose, type Matrix } from './matrix.js';
import { multiply } from './multiply.js';
import { thinQr } from './thin-qr.js';

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
  const work = Array.from({ length: p }, (_, i) => x.data.slice(i * q, (i + 1) * q));
  const turn = Array.from({ length: p }, (_, i) => new Float64Array(p).fill(1, i, i + 1));
  const squares = Float64Array.from(work, (row) => dot(row, row));
  const tolerance = Math.sqrt(p) * Number.EPSILON;
  let sweeps = 0;
  for (let rotated = p > 1; rotated; sweeps += 1) {
    if (sweeps === MAX_SWEEPS) throw algebraErrors.notConverged({ rows: p, columns: q, sweeps });
    rotated = false;
    for (let i = 0; i < p - 1; i += 1) {
      bringLargestFirst(i, work, turn, squares);
      for (let j = i + 1; j < p; j += 1) {
        const product = dot(work[i]!, work[j]!);
        // Two roots, for the product of two squares could overflow.
        if (Math.abs(product) <= tolerance * Math.sqrt(squares[i]!) * Math.sqrt(squares[j]!)) continue;
        rotated = true;
        const cotangent = (squares[j]! - squares[i]!) / (2 * product);
        const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        rotate(work[i]!, work[j]!, cosine, cosine * tangent);
        rotate(turn[i]!, turn[j]!, cosine, cosine * tangent);
        squares[i]! -= tangent * product;
        squares[j]! += tangent * product;
      }
    }
    // Updated squares drift; fresh ones keep the test for convergence honest.
    for (let i = 0; i < p; i += 1) squares[i] = dot(work[i]!, work[i]!);
  }
  const order = Array.from(squares.keys()).sort((i, j) => squares[j]! - squares[i]! || i - j);
  const singularValues = Float64Array.from(order, (i) => Math.sqrt(squares[i]!));
  const rotations = createMatrix(p, p);
  const vectors = createMatrix(p, q);
  order.forEach((from, to) => {
    rotations.data.set(turn[from]!, to * p);
    const value = singularValues[to]!;
    for (let j = 0; j < q; j += 1) vectors.data[to * q + j] = work[from]![j]! / value;
  });
  return { rotations, singularValues, vectors };
}

/** De Rijk's pivoting: fewer sweeps. */
function bringLargestFirst(i: number, work: Float64Array[], turn: Float64Array[], squares: Float64Array): void {
  let largest = i;
  for (let j = i + 1; j < squares.length; j += 1) if (squares[j]! > squares[largest]!) largest = j;
  if (largest === i) return;
  [work[i], work[largest]] = [work[largest]!, work[i]!];
  [turn[i], turn[largest]] = [turn[largest]!, turn[i]!];
  [squares[i], squares[largest]] = [squares[largest]!, squares[i]!];
}

function dot(x: Float64Array, y: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < x.length; k += 4) {
    s0 += x[k]! * y[k]!;
    s1 += x[k + 1]! * y[k + 1]!;
    s2 += x[k + 2]! * y[k + 2]!;
    s3 += x[k + 3]! * y[k + 3]!;
  }
  for (; k < x.length; k += 1) s0 += x[k]! * y[k]!;
  return s0 + s1 + (s2 + s3);
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < x.length; k += 1) {
    const u = x[k]!;
    const v = y[k]!;
    x[k] = cosine * u - sine * v;
    y[k] = sine * u + cosine * v;
  }
}

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
