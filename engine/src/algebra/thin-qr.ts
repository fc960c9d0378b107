import { algebraErrors } from './errors.js';
import { createMatrix, frobeniusNorm, joinColumns, scaleMatrix, type Matrix } from './matrix.js';
import { gram, multiply, multiplyByUpper, multiplyTransposed } from './multiply.js';

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
  return { q: transform === undefined ? base : multiplyByUpper(base, transform), r };
}

/** A thin QR whose Q = base·transform may be left unmade: multiplying it by a thin matrix is then cheaper. */
export interface LazyQr {
  /** `[m, p]` */
  readonly base: Matrix;
  /** `[p, p]`, upper triangular; absent where base is Q itself. */
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
  let remainder = x;
  const blocks: Matrix[] = [];
  let negligible = 0;
  let rank = 0;
  for (;;) {
    const products = gram(remainder);
    if (blocks.length === 0) {
      const total = trace(products);
      if (!Number.isFinite(total)) throw algebraErrors.notFinite({ operation: 'thinQr' });
      negligible = total * (Math.max(x.rows, x.columns) * Number.EPSILON) ** 2;
    }
    const { order, upper } = choleskyByPivots(products, negligible, Math.min(x.rows - rank, x.columns));
    if (order.length === 0) break;
    const whole = blocks.length === 0 && order.length === x.columns;
    const { base, transform, upper: r } = refine(pickColumns(remainder, order), upper, blocks);
    if (whole) return { base, transform, r: unpermute(r, order) };
    blocks.push(multiplyByUpper(base, transform));
    rank += order.length;
    if (rank >= x.rows) break;
    remainder = removeComponents(remainder, blocks);
  }
  const q = joinColumns(blocks, x.rows);
  return { base: q, transform: undefined, r: multiplyTransposed(q, x) };
}

/** Orthonormal columns from `x` with RᵀR = xᵀx: at once where x is well-conditioned, else in a second pass, and clear of earlier stages. */
function refine(x: Matrix, upper: Matrix, earlier: readonly Matrix[]) {
  const inverse = invertUpper(upper);
  if (earlier.length === 0 && spectralNorm(upper) * spectralNorm(inverse) < CONDITION_FOR_ONE_PASS) {
    return { base: x, transform: inverse, upper };
  }
  const base = removeComponents(multiplyByUpper(x, inverse), earlier);
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
  const work = Float64Array.from(data);
  // The columns that are still open come first in `columns`.
  const columns = Int32Array.from({ length: k }, (_, i) => i);
  const order: number[] = [];
  const rows: Float64Array[] = [];
  let largest = 0;
  for (let open = k; order.length < most && open > 0; open -= 1) {
    let best = 0;
    for (let at = 1; at < open; at += 1) {
      const i = columns[at]!;
      const j = columns[best]!;
      const difference = work[i * k + i]! - work[j * k + j]!;
      if (difference > 0 || (difference === 0 && i < j)) best = at;
    }
    const pivot = columns[best]!;
    const diagonal = work[pivot * k + pivot]!;
    if (order.length === 0) largest = diagonal;
    if (!(diagonal > negligible) || diagonal < largest * STAGE_TOLERANCE ** 2) break;
    columns[best] = columns[open - 1]!;
    order.push(pivot);
    const root = Math.sqrt(diagonal);
    // Whole rows, for speed: entries of columns that are taken are never looked at again.
    const row = new Float64Array(k);
    for (let j = 0; j < k; j += 1) row[j] = work[pivot * k + j]! / root;
    rows.push(row);
    for (let at = 0; at < open - 1; at += 1) {
      const i = columns[at]!;
      const factor = row[i]!;
      for (let j = 0, entry = i * k; j < k; j += 1, entry += 1) work[entry]! -= factor * row[j]!;
    }
  }
  const p = order.length;
  const upper = createMatrix(p, p);
  for (let i = 0; i < p; i += 1) for (let j = i; j < p; j += 1) upper.data[i * p + j] = rows[i]![order[j]!]!;
  return { order, upper };
}

function invertUpper({ rows: k, data }: Matrix): Matrix {
  const inverse = createMatrix(k, k);
  for (let j = 0; j < k; j += 1) {
    inverse.data[j * k + j] = 1 / data[j * k + j]!;
    for (let i = j - 1; i >= 0; i -= 1) {
      let sum = 0;
      for (let p = i + 1; p <= j; p += 1) sum += data[i * k + p]! * inverse.data[p * k + j]!;
      inverse.data[i * k + j] = -sum / data[i * k + i]!;
    }
  }
  return inverse;
}

/** The largest singular value, from below, by a few power iterations: enough to tell 30 from 300. */
function spectralNorm(x: Matrix): number {
  let vector = createMatrix(x.columns, 1, new Float64Array(x.columns).fill(1));
  let size = 0;
  for (let iteration = 0; iteration < 10; iteration += 1) {
    const image = multiplyTransposed(x, multiply(x, vector));
    size = frobeniusNorm(image);
    vector = scaleMatrix(image, 1 / size);
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

/** Puts the columns of R back where they came from. */
function unpermute({ rows, columns, data }: Matrix, order: readonly number[]): Matrix {
  const out = createMatrix(rows, columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) out.data[i * columns + order[j]!] = data[i * columns + j]!;
  }
  return out;
}
