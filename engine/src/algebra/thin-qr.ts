import { algebraErrors } from './errors.js';
import { createMatrix, joinColumns, transpose, type Matrix } from './matrix.js';
import { TILE } from './wasm/algebra-kernel-code.js';
import { borrowAlgebraKernels, padded } from './wasm/algebra-kernels.js';
import { gram, gramOfRows, multiply, multiplyByTranspose, multiplyByUpper, multiplyTransposed } from './multiply.js';

const BYTES = 8;

export interface ThinQr {
  /** `[m, p]` with orthonormal columns, p the numerical rank. */
  readonly q: Matrix;
  /** `[p, k]`. Not triangular: columns are chosen by size. */
  readonly r: Matrix;
}

/**
 * Columns whose remainder is below this share of the largest are left to the next stage: a Gram matrix in float64 says nothing below 1e-8, and two
 * orthogonalizations of columns within 1e4 of each other are orthogonal to rounding.
 */
const STAGE_TOLERANCE = 1e-4;
/** One orthogonalization leaves an error of condition² times rounding; below this it is at rounding level already. */
const CONDITION_FOR_ONE_PASS = 30;

/**
 * x = Q·R with QᵀQ = 1 to rounding, whatever the rank of `x [m, k]`: copies, zeros and nearly dependent columns give a Q of fewer columns, and only
 * what is below rounding (max(m, k)·2⁻⁵² of the norm of x) is dropped.
 *
 * Cholesky QR (Yamamoto et al., "Roundoff error analysis of the CholeskyQR2 algorithm", 2015) on pivoted columns, in stages: nearly all work is
 * matrix products, which are several times as fast as Householder reflections here. O(m k²).
 */
export function thinQr(x: Matrix): ThinQr {
  const { base, transform, r } = orthonormalize(x);
  return { q: transform === undefined ? base : multiply(base, transform), r };
}

/** A thin QR whose Q = base·transform may be left unmade: multiplying it by a thin matrix is then cheaper. */
export interface LazyQr {
  /** `[m, p]` */
  readonly base: Matrix;
  /** `[p, p]`; absent where base is Q itself. */
  readonly transform: Matrix | undefined;
  /** `[p, k]` */
  readonly r: Matrix;
}

/** Q·y without Q where that is cheaper. */
export function multiplyByQ({ base, transform }: LazyQr, y: Matrix): Matrix {
  return multiply(base, transform === undefined ? y : multiply(transform, y));
}

/** `thinQr` with Q still in two parts. */
export function orthonormalize(x: Matrix): LazyQr {
  const products = gram(x);
  const negligible = negligibleOf(products, Math.max(x.rows, x.columns));
  const whole = inOnePass(products, negligible, x.rows);
  return whole === undefined ? orthonormalizeInStages(x, products, negligible) : { base: x, ...whole };
}

/** xᵀ = Q·R for x `[k, n]`, and products with Qᵀ `[p, n]`, without a transpose of x where x is well-conditioned. */
export interface LazyRowQr {
  /** `[p, k]` */
  readonly r: Matrix;
  /** y·Qᵀ for y `[m, p]`: `[m, n]`. */
  multiply(y: Matrix): Matrix;
}

export function orthonormalizeRows(x: Matrix): LazyRowQr {
  const products = gramOfRows(x);
  const negligible = negligibleOf(products, Math.max(x.rows, x.columns));
  const whole = inOnePass(products, negligible, x.columns);
  if (whole !== undefined) return { r: whole.r, multiply: (y) => multiply(multiplyByTranspose(y, whole.transform), x) };
  const qr = orthonormalizeInStages(transpose(x), products, negligible);
  return { r: qr.r, multiply: (y) => transpose(multiplyByQ(qr, transpose(y))) };
}

/** Squared norms below this are rounding. */
function negligibleOf(products: Matrix, size: number): number {
  const total = trace(products);
  if (!Number.isFinite(total)) throw algebraErrors.notFinite({ operation: 'thinQr' });
  return total * (size * Number.EPSILON) ** 2;
}

/**
 * Q = x·transform from xᵀx alone, where x has full column rank and is well-conditioned. The permutation of the pivots is in the small factor, so that
 * columns of x need not be moved.
 */
function inOnePass(
  products: Matrix,
  negligible: number,
  rows: number,
): { readonly transform: Matrix; readonly r: Matrix } | undefined {
  const { order, upper } = choleskyByPivots(products, negligible, Math.min(rows, products.columns));
  if (order.length === 0 || order.length < products.columns) return undefined;
  const inverse = invertUpper(upper);
  if (spectralNorm(upper) * spectralNorm(inverse) >= CONDITION_FOR_ONE_PASS) return undefined;
  return { transform: unpermuteRows(inverse, order), r: unpermute(upper, order) };
}

function orthonormalizeInStages(x: Matrix, ofX: Matrix, negligible: number): LazyQr {
  let remainder = x;
  const blocks: Matrix[] = [];
  let rank = 0;
  for (;;) {
    const products = blocks.length === 0 ? ofX : gram(remainder);
    const { order, upper } = choleskyByPivots(products, negligible, Math.min(x.rows - rank, x.columns));
    if (order.length === 0) break;
    const { base, transform, upper: r } = refine(pickColumns(remainder, order), upper, blocks);
    if (blocks.length === 0 && order.length === x.columns) return { base, transform, r: unpermute(r, order) };
    blocks.push(multiplyByUpper(base, transform));
    rank += order.length;
    if (rank >= x.rows) break;
    remainder = removeComponents(remainder, blocks);
  }
  const q = joinColumns(blocks, x.rows);
  return { base: q, transform: undefined, r: multiplyTransposed(q, x) };
}

/** Orthonormal columns from `x` with RᵀR = xᵀx in a second pass, and clear of earlier stages. */
function refine(x: Matrix, upper: Matrix, earlier: readonly Matrix[]) {
  const base = removeComponents(multiplyByUpper(x, invertUpper(upper)), earlier);
  const again = cholesky(gram(base));
  return { base, transform: invertUpper(again), upper: multiply(again, upper) };
}

/** x minus its components along the columns of `bases`. Twice: the second time removes what rounding left of the first. */
function removeComponents(x: Matrix, bases: readonly Matrix[]): Matrix {
  if (bases.length === 0) return x;
  const data = Float64Array.from(x.data);
  const out = createMatrix(x.rows, x.columns, data);
  for (let pass = 0; pass < 2; pass += 1) {
    for (const basis of bases) {
      const part = multiply(basis, multiplyTransposed(basis, out)).data;
      for (let at = 0; at < data.length; at += 1) data[at]! -= part[at]!;
    }
  }
  return out;
}

/** Upper factor R of a symmetric positive definite matrix: RᵀR. */
function cholesky({ rows: k, data }: Matrix): Matrix {
  const r = createMatrix(k, k);
  for (let i = 0; i < k; i += 1) {
    for (let j = i; j < k; j += 1) {
      let sum = data[i * k + j]!;
      for (let p = 0; p < i; p += 1) sum -= r.data[p * k + i]! * r.data[p * k + j]!;
      r.data[i * k + j] = j === i ? Math.sqrt(sum) : sum / r.data[i * k + i]!;
    }
  }
  return r;
}

/**
 * Cholesky with the largest remaining diagonal first, until it falls below `negligible` or the stage's tolerance. Returns the chosen columns in order,
 * and the upper factor of their Gram matrix.
 */
function choleskyByPivots(
  { rows: k, data }: Matrix,
  negligible: number,
  most: number,
): { readonly order: readonly number[]; readonly upper: Matrix } {
  const stride = padded(k);
  const limit = Math.min(most, k);
  const { floats, addScaled } = borrowAlgebraKernels(limit * stride);
  const diagonal = Float64Array.from({ length: k }, (_, i) => data[i * k + i]!);
  const taken = new Uint8Array(k);
  const order: number[] = [];
  let largest = 0;
  while (order.length < limit) {
    let pivot = -1;
    for (let i = 0; i < k; i += 1) {
      if (taken[i] === 0 && (pivot < 0 || diagonal[i]! > diagonal[pivot]!)) pivot = i;
    }
    const square = diagonal[pivot]!;
    if (order.length === 0) largest = square;
    if (!(square > negligible) || square < largest * STAGE_TOLERANCE ** 2) break;
    taken[pivot] = 1;
    // The pivot's row of the Gram matrix less what the rows before it have taken. Whole rows: entries of columns that are taken are never looked at.
    const row = order.length * stride;
    floats.set(data.subarray(pivot * k, (pivot + 1) * k), row);
    floats.fill(0, row + k, row + stride);
    for (let before = 0; before < row; before += stride) {
      addScaled(row * BYTES, (row + stride) * BYTES, before * BYTES, -floats[before + pivot]!);
    }
    const root = Math.sqrt(square);
    for (let j = 0; j < k; j += 1) {
      const entry = floats[row + j]! / root;
      floats[row + j] = entry;
      diagonal[j]! -= entry * entry;
    }
    order.push(pivot);
  }
  const p = order.length;
  const upper = createMatrix(p, p);
  for (let i = 0; i < p; i += 1) for (let j = i; j < p; j += 1) upper.data[i * p + j] = floats[i * stride + order[j]!]!;
  return { order, upper };
}

/** Row by row from the last: row i is (e_i - Σ_{p > i} R(i, p)·row p) / R(i, i). */
function invertUpper({ rows: k, data }: Matrix): Matrix {
  const stride = padded(k);
  const { floats, addScaled } = borrowAlgebraKernels(k * stride);
  floats.fill(0, 0, k * stride);
  for (let i = k - 1; i >= 0; i -= 1) {
    const row = i * stride;
    // What is left of the diagonal is zero, so the sum may begin at the tile of the diagonal.
    const from = row + i - (i % TILE);
    for (let p = i + 1; p < k; p += 1) {
      addScaled(from * BYTES, (row + stride) * BYTES, (p * stride + i - (i % TILE)) * BYTES, -data[i * k + p]!);
    }
    floats[row + i]! += 1;
    const diagonal = data[i * k + i]!;
    for (let j = i; j < k; j += 1) floats[row + j]! /= diagonal;
  }
  const inverse = createMatrix(k, k);
  for (let i = 0; i < k; i += 1) inverse.data.set(floats.subarray(i * stride, i * stride + k), i * k);
  return inverse;
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** The largest singular value of an upper triangular matrix, from below, by a few power iterations: enough to tell 30 from 300. */
function spectralNorm({ rows, columns, data }: Matrix): number {
  // No symmetry of a stack of factors is orthogonal to this start.
  let vector = Float64Array.from({ length: columns }, (_, j) => 0.5 + ((j * GOLDEN_RATIO) % 1));
  let size = 0;
  for (let iteration = 0; iteration < 5; iteration += 1) {
    const next = new Float64Array(columns);
    for (let i = 0; i < rows; i += 1) {
      const from = i * columns;
      let image = 0;
      for (let j = i; j < columns; j += 1) image += data[from + j]! * vector[j]!;
      for (let j = i; j < columns; j += 1) next[j]! += data[from + j]! * image;
    }
    size = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    vector = next.map((value) => value / size);
  }
  return Math.sqrt(size);
}

function trace({ rows, data }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i += 1) sum += data[i * rows + i]!;
  return sum;
}

function pickColumns({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const p = order.length;
  const out = createMatrix(rows, p);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < p; j += 1) out.data[i * p + j] = data[i * columns + order[j]!]!;
  return out;
}

/** Puts the rows of P·R⁻¹ where the columns of x are. */
function unpermuteRows({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const out = createMatrix(rows, columns);
  for (let i = 0; i < rows; i += 1) out.data.set(data.subarray(i * columns, (i + 1) * columns), order[i]! * columns);
  return out;
}

/** Puts the columns of R back where they came from. */
function unpermute({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const out = createMatrix(rows, columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) out.data[i * columns + order[j]!] = data[i * columns + j]!;
  }
  return out;
}
