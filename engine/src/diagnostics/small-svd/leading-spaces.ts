import { createMatrix, dotMatrices, svd, thinQr, transpose, type Matrix } from '../../algebra/index.js';
import { tailEnergies } from '../spectrum.js';
import { tridiagonalValues } from './tridiagonal-values.js';
import { tridiagonalVectors } from './tridiagonal-vectors.js';
import { tridiagonalize, turnBack } from './tridiagonalize.js';

/** What the best approximation of a small matrix at some rank keeps and loses. */
export interface LeadingSpaces {
  /** Σσ² of the whole. */
  readonly total: number;
  /** Σσ² beyond the rank; 0 where nothing is cut. */
  readonly tail: number;
  /** min(rank, numerical rank). */
  readonly kept: number;
  /**
   * `[kept, rows]`: orthonormal rows that span the columns that are kept; absent where those span everything, with kept = rows. Where something is cut, row i
   * is left singular vector i.
   */
  readonly left?: Matrix;
  /** `[kept, columns]`, the same of the rows that are kept. */
  readonly right?: Matrix;
  /** Those that are kept, falling, where something is cut. */
  readonly singularValues?: Float64Array;
}

/** Below this share of the largest, squares of singular values have lost the digits that tell rank and direction. */
const TRUSTED = 1e-10;
/** Share of the energy by which the vectors may miss what the values promise. */
const AGREEMENT = 1e-10;

/**
 * The leading singular subspaces of `x` at `rank`, from the eigenvalues of xᵀx (or x·xᵀ, the smaller) and as many eigenvectors as are kept: a tenth of the
 * time of a full decomposition, energies good to 1e-14 of the total. What squaring cannot tell (directions below 1e-5 of the largest singular value among
 * those kept), or what does not add up afterwards, is found by slower ways instead: never a wrong answer. Where nothing is cut, any orthonormal bases do,
 * and a QR finds them.
 */
export function leadingSpaces(x: Matrix, rank: number): LeadingSpaces {
  const wide = x.columns >= x.rows;
  const work = wide ? x : transpose(x);
  const { rows: n, columns: m, data } = work;
  const squares = lowerGram(data, n, m);
  let total = 0;
  for (let i = 0; i < n; i += 1) total += squares[i * n + i]!;
  const reduced = tridiagonalize(squares, n);
  const values = tridiagonalValues(reduced.diagonal, reduced.beside);
  const last = Math.min(rank, n) - 1;
  if (values === undefined || !(values[last]! > TRUSTED * values[0]!)) return spacesOfLowRank(x, rank);
  if (rank >= n) {
    const longer = m === n ? {} : { [wide ? 'right' : 'left']: transpose(thinQr(transpose(work)).q) };
    return { total, tail: 0, kept: n, ...longer };
  }
  let tail = 0;
  for (let i = n - 1; i >= rank; i -= 1) tail += Math.max(0, values[i]!);
  const left = tridiagonalVectors(reduced, values.subarray(0, rank));
  for (let i = 0; i < rank; i += 1) turnBack(reduced, left, i * n);
  const right = multiplyRows(left, data, rank, n, m);
  for (let i = 0; i < rank; i += 1) {
    const energy = normalizeRow(right, i * m, m);
    // A vector that is none, or not at right angles to the others, carries another energy than its value.
    if (!(Math.abs(energy - values[i]!) <= AGREEMENT * total)) return byFullSvd(x, rank);
  }
  const [onRows, onColumns] = [createMatrix(rank, n, left), createMatrix(rank, m, right)];
  return {
    total,
    tail,
    kept: rank,
    left: wide ? onRows : onColumns,
    right: wide ? onColumns : onRows,
    singularValues: values.slice(0, rank).map(Math.sqrt),
  };
}

/** All that x spans. */
function wholeSpaces(x: Matrix): LeadingSpaces {
  const left = transpose(thinQr(x).q);
  const right = transpose(thinQr(transpose(x)).q);
  // Of a direction at the edge of rounding one side may say that it is there and the other that it is not: then singular values decide.
  if (left.rows !== right.rows) return byFullSvd(x, Math.min(x.rows, x.columns));
  return { total: dotMatrices(x, x), tail: 0, kept: left.rows, left, right };
}

function spacesOfLowRank(x: Matrix, rank: number): LeadingSpaces {
  const whole = wholeSpaces(x);
  return whole.kept <= rank ? whole : byFullSvd(x, rank);
}

function byFullSvd(x: Matrix, rank: number): LeadingSpaces {
  const { u, singularValues, vt } = svd(x);
  const tails = tailEnergies(singularValues);
  const kept = Math.min(rank, singularValues.length);
  return {
    total: tails[0]!,
    tail: tails[kept]!,
    kept,
    left: firstRows(transpose(u), kept),
    right: firstRows(vt, kept),
    singularValues: singularValues.slice(0, kept),
  };
}

const firstRows = ({ columns, data }: Matrix, count: number): Matrix =>
  createMatrix(count, columns, data.slice(0, count * columns));

/** The lower triangle of x·xᵀ `[n, n]`, x `[n, m]`: four rows against one at a time, so that each number is read once for four products. */
function lowerGram(x: Float64Array, n: number, m: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const a = i * m;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      const b = j * m;
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < m; k += 1) {
        const value = x[a + k]!;
        s0 += value * x[b + k]!;
        s1 += value * x[b + m + k]!;
        s2 += value * x[b + 2 * m + k]!;
        s3 += value * x[b + 3 * m + k]!;
      }
      const at = i * n + j;
      out[at] = s0;
      out[at + 1] = s1;
      out[at + 2] = s2;
      out[at + 3] = s3;
    }
    for (; j <= i; j += 1) {
      let sum = 0;
      for (let k = 0; k < m; k += 1) sum += x[a + k]! * x[j * m + k]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** y `[p, n]` times x `[n, m]`. */
function multiplyRows(y: Float64Array, x: Float64Array, p: number, n: number, m: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(p * m);
  for (let i = 0; i < p; i += 1) {
    const at = i * m;
    let k = 0;
    for (; k + 3 < n; k += 4) {
      const [y0, y1, y2, y3] = [y[i * n + k]!, y[i * n + k + 1]!, y[i * n + k + 2]!, y[i * n + k + 3]!];
      const b = k * m;
      for (let j = 0; j < m; j += 1) {
        out[at + j]! += y0 * x[b + j]! + y1 * x[b + m + j]! + y2 * x[b + 2 * m + j]! + y3 * x[b + 3 * m + j]!;
      }
    }
    for (; k < n; k += 1) {
      const factor = y[i * n + k]!;
      for (let j = 0; j < m; j += 1) out[at + j]! += factor * x[k * m + j]!;
    }
  }
  return out;
}

/** Makes a row of unit length, and says what its square was. */
function normalizeRow(x: Float64Array, offset: number, length: number): number {
  let squares = 0;
  for (let k = 0; k < length; k += 1) squares += x[offset + k]! ** 2;
  const factor = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  for (let k = 0; k < length; k += 1) x[offset + k]! *= factor;
  return squares;
}
