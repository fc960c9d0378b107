import { createKeyedRandom } from '../random/index.js';
import { algebraErrors } from './errors.js';
import { energyOfFirst } from './low-rank.js';
import {
  createMatrix,
  matrixFrom,
  scaleColumns,
  scaleRows,
  sliceColumns,
  sliceRows,
  transpose,
  type Matrix,
} from './matrix.js';
import { multiply, multiplyTransposed } from './multiply.js';
import { svd } from './svd.js';
import { thinQr } from './thin-qr.js';

export interface DenseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly data: Float32Array;
}

/** The large products, for a host that has a faster way than one thread of JavaScript. `dense` is `[m, n]`. */
export interface DenseProducts {
  /** dense·x for x `[n, l]`. */
  multiply(x: Matrix): Promise<Matrix> | Matrix;
  /** denseᵀ·x for x `[m, l]`. */
  multiplyTransposed(x: Matrix): Promise<Matrix> | Matrix;
}

export interface TruncatedSvdOptions {
  readonly products?: DenseProducts;
  readonly seed?: number;
  /** Vectors beyond the rank that are carried along; more of them converge faster. */
  readonly oversampling?: number;
  /** Most passes over the matrix; fewer are made when another would gain less than `tolerance` of the energy. */
  readonly iterations?: number;
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
}

export interface TruncatedSvd {
  /** `[out, p]`, p = min(rank, numerical rank). */
  readonly u: Matrix;
  readonly singularValues: Float64Array;
  /** `[p, in]` */
  readonly vt: Matrix;
  /** ‖kept‖² / ‖dense‖², measured against the whole matrix: true of what is returned, however well the search converged. */
  readonly retainedEnergy: number;
}

/** Below this side the full decomposition is cheap, and exact. */
const EXACT_SIDE = 256;

/**
 * The leading `rank` singular triples of a dense matrix. Exact for small matrices and high ranks; else by subspace iteration from a seeded random
 * start (Halko, Martinsson and Tropp, "Finding structure with randomness", 2011), whose result is never better than the best and says in
 * `retainedEnergy` how good it is. The same input and seed give the same bytes with the same products.
 */
export async function truncatedSvd(
  dense: DenseMatrix,
  rank: number,
  options: TruncatedSvdOptions = {},
): Promise<TruncatedSvd> {
  const { rows, columns, data } = dense;
  if (!Number.isSafeInteger(rank) || rank < 1) throw algebraErrors.rankInvalid({ got: rank });
  const total = sumSquares(data);
  if (!Number.isFinite(total)) throw algebraErrors.notFinite({ operation: 'truncatedSvd' });
  const side = Math.min(rows, columns);
  const { oversampling = Math.max(8, Math.ceil(rank / 8)), iterations = 3, tolerance = 1e-4, seed = 0 } = options;
  const width = Math.min(side, rank + oversampling);
  if (side <= EXACT_SIDE || width === side) {
    const { u, singularValues, vt } = svd(matrixFrom(rows, columns, data));
    return truncate(u, singularValues, vt, rank, energyOfFirst(singularValues, Math.min(rank, singularValues.length)));
  }
  const products = options.products ?? productsOf(dense);
  const start = createKeyedRandom(seed).normal(['truncated-svd', rows, columns, width], columns * width);
  let { q } = thinQr(await products.multiply(matrixFrom(columns, width, start)));
  let projected = await products.multiplyTransposed(q);
  let captured = sumSquares(projected.data);
  for (let pass = 0; pass < iterations; pass += 1) {
    options.signal?.throwIfAborted();
    ({ q } = thinQr(await products.multiply(thinQr(projected).q)));
    options.signal?.throwIfAborted();
    projected = await products.multiplyTransposed(q);
    const energy = sumSquares(projected.data);
    if (energy - captured <= tolerance * total) break;
    captured = energy;
  }
  // dense ≈ q·(projected)ᵀ; singular vectors of the thin part are those of the approximation.
  const thin = svd(transpose(projected));
  const kept = Math.min(rank, thin.singularValues.length);
  const energy = sumSquares(thin.singularValues.subarray(0, kept));
  return truncate(
    multiply(q, thin.u),
    thin.singularValues,
    thin.vt,
    rank,
    total === 0 ? 1 : Math.min(1, energy / total),
  );
}

/** U·√S and √S·Vᵀ: factors of equal size. */
export function balanceFactors({ u, singularValues, vt }: Omit<TruncatedSvd, 'retainedEnergy'>): {
  readonly b: Matrix;
  readonly a: Matrix;
} {
  const roots = singularValues.map(Math.sqrt);
  return { b: scaleColumns(u, roots), a: scaleRows(vt, roots) };
}

function truncate(u: Matrix, values: Float64Array, vt: Matrix, rank: number, retainedEnergy: number): TruncatedSvd {
  const kept = Math.min(rank, values.length);
  return {
    u: sliceColumns(u, 0, kept),
    singularValues: values.slice(0, kept),
    vt: sliceRows(vt, 0, kept),
    retainedEnergy,
  };
}

function sumSquares(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]! * values[i]!;
  return sum;
}

/** Rows that are widened to float64 at a time. */
const PANEL = 64;

/** Products in this thread, in float64, panel by panel. */
function productsOf({ rows, columns, data }: DenseMatrix): DenseProducts {
  const panel = (begin: number, end: number): Matrix =>
    createMatrix(end - begin, columns, new Float64Array(data.subarray(begin * columns, end * columns)));
  return {
    multiply(x) {
      const out = createMatrix(rows, x.columns);
      for (let begin = 0; begin < rows; begin += PANEL) {
        const end = Math.min(rows, begin + PANEL);
        out.data.set(multiply(panel(begin, end), x).data, begin * x.columns);
      }
      return out;
    },
    multiplyTransposed(x) {
      const out = createMatrix(columns, x.columns);
      for (let begin = 0; begin < rows; begin += PANEL) {
        const end = Math.min(rows, begin + PANEL);
        const part = multiplyTransposed(panel(begin, end), sliceRows(x, begin, end)).data;
        for (let at = 0; at < part.length; at += 1) out.data[at]! += part[at]!;
      }
      return out;
    },
  };
}
