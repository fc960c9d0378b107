import { algebraErrors } from './errors.js';
import {
  dotMatrices,
  frobeniusNorm,
  joinColumns,
  joinRows,
  matrixFrom,
  scaleColumns,
  scaleMatrix,
  scaleRows,
  sliceColumns,
  sliceRows,
  transpose,
  type Matrix,
} from './matrix.js';
import { multiply, multiplyByTranspose, multiplyTransposed } from './multiply.js';
import { svd } from './svd.js';
import { multiplyByQ, orthonormalize, orthonormalizeRows, thinQr, type LazyQr, type LazyRowQr } from './thin-qr.js';

/** The matrix scale·b·a `[out, in]` that is never made. Rank 0 is the zero matrix. */
export interface LowRank {
  /** `[out, rank]` */
  readonly b: Matrix;
  /** `[rank, in]` */
  readonly a: Matrix;
  readonly scale: number;
}

/** Takes factors as adapters store them: float32, row-major, widened exactly. */
export function createLowRank(
  factors: { readonly a: ArrayLike<number>; readonly b: ArrayLike<number> },
  shape: { readonly outFeatures: number; readonly inFeatures: number; readonly rank: number; readonly scale: number },
): LowRank {
  const { outFeatures, inFeatures, rank, scale } = shape;
  return { b: matrixFrom(outFeatures, rank, factors.b), a: matrixFrom(rank, inFeatures, factors.a), scale };
}

/** The dense matrix `[out, in]`. For small modules and tests. */
export function toDense({ b, a, scale }: LowRank): Matrix {
  return multiply(scaleMatrix(b, scale), a);
}

/** Rows and columns that all updates have; one that is not like the first is refused, and so is an empty list. */
export function checkShapes(
  operation: string,
  items: readonly LowRank[],
): { readonly rows: number; readonly columns: number } {
  const [first] = items;
  const describe = ({ b, a }: LowRank): string => `[${b.rows}, ${a.columns}]`;
  if (first === undefined) throw algebraErrors.shapeMismatch({ operation, left: 'none', right: 'none' });
  for (const item of items) {
    if (describe(item) === describe(first) && item.b.columns === item.a.rows) continue;
    throw algebraErrors.shapeMismatch({ operation, left: describe(first), right: describe(item) });
  }
  return { rows: first.b.rows, columns: first.a.columns };
}

/**
 * Σ weight_i·x_i, exactly, at rank Σ rank_i: the B's side by side with scale and weight folded in, the A's on top of each other. Items of weight 0
 * are left out. (paper.md 2.8)
 */
export function concatenate(items: readonly LowRank[], weights: readonly number[] = items.map(() => 1)): LowRank {
  const { rows, columns } = checkShapes('concatenate', items);
  const used = items
    .map((item, i) => ({ item, factor: item.scale * (weights[i] ?? 0) }))
    .filter(({ factor }) => factor !== 0);
  const b = joinColumns(
    used.map(({ item }) => item.b),
    rows,
    used.map(({ factor }) => factor),
  );
  const a = joinRows(
    used.map(({ item }) => item.a),
    columns,
  );
  return { b, a, scale: 1 };
}

export interface Recompressed extends LowRank {
  readonly scale: 1;
  /** Σσ² kept / Σσ²; 1 for a zero matrix. */
  readonly retainedEnergy: number;
  /** All singular values above rounding, falling, kept or not. */
  readonly singularValues: Float64Array;
}

/**
 * The best approximation of x at the given rank (Eckart and Young), or x itself where its own rank is no greater, found without the dense matrix: QR of
 * both factors, SVD of the small core. Factors are balanced (b = U·√S, a = √S·Vᵀ), so that float32 serves both equally.
 */
export function recompress(x: LowRank, rank: number = Math.min(x.b.rows, x.a.columns)): Recompressed {
  if (!Number.isSafeInteger(rank) || rank < 1) throw algebraErrors.rankInvalid({ got: rank });
  const { left, core, right } = toCore(x);
  const { u, singularValues, vt } = svd(core);
  const kept = Math.min(rank, singularValues.length);
  const roots = singularValues.subarray(0, kept).map(Math.sqrt);
  const b = multiplyByQ(left, scaleColumns(sliceColumns(u, 0, kept), roots));
  const a = right.multiply(scaleRows(sliceRows(vt, 0, kept), roots));
  return { b, a, scale: 1, retainedEnergy: energyOfFirst(singularValues, kept), singularValues };
}

/** Share of Σσ² in the first `kept` values; 1 where there is no energy at all. */
export function energyOfFirst(singularValues: Float64Array, kept: number): number {
  // Small ones first: their sum is not lost beside the large ones.
  let rest = 0;
  for (let i = singularValues.length - 1; i >= kept; i -= 1) rest += singularValues[i]! ** 2;
  let total = rest;
  for (let i = Math.min(kept, singularValues.length) - 1; i >= 0; i -= 1) total += singularValues[i]! ** 2;
  return total === 0 ? 1 : 1 - rest / total;
}

/** x = left·core·rightᵀ with orthonormal columns in left `[out, p]` and right `[in, q]`. */
function toCore({ b, a, scale }: LowRank): { readonly left: LazyQr; readonly core: Matrix; readonly right: LazyRowQr } {
  const left = orthonormalize(b);
  const right = orthonormalizeRows(a);
  return { left, core: scaleMatrix(multiplyByTranspose(left.r, right.r), scale), right };
}

/** ⟨x, y⟩ = s_x·s_y·Σ (BxᵀBy)∘(Ax·Ayᵀ): the Frobenius inner product, O((out + in)·r²). (paper.md 2.8) */
export function innerProduct(x: LowRank, y: LowRank): number {
  checkShapes('innerProduct', [x, y]);
  return x.scale * y.scale * dotMatrices(multiplyTransposed(x.b, y.b), multiplyByTranspose(x.a, y.a));
}

/**
 * Frobenius norm. Goes through orthonormal bases: the sum of Gram matrices would lose everything below 1e-8 of the factors where terms cancel, as in
 * x - x.
 */
export function norm(x: LowRank): number {
  return x.b.columns === 0 ? 0 : frobeniusNorm(toCore(x).core);
}

/** ⟨x, y⟩ / (‖x‖·‖y‖), within [-1, 1]; 0 where either is zero. */
export function cosine(x: LowRank, y: LowRank): number {
  const scale = norm(x) * norm(y);
  return scale === 0 ? 0 : Math.max(-1, Math.min(1, innerProduct(x, y) / scale));
}

/** ‖x - y‖ / ‖y‖ in the Frobenius norm, down to rounding; 0 where both are zero, infinite where y alone is. */
export function relativeError(x: LowRank, y: LowRank): number {
  checkShapes('relativeError', [x, y]);
  const difference = norm(concatenate([x, y], [1, -1]));
  const size = norm(y);
  if (size === 0) return difference === 0 ? 0 : Number.POSITIVE_INFINITY;
  // Bases hold what is above rounding of the factors: below that, two matrices are equal.
  return difference / size;
}

/**
 * ‖P·x·Q‖² / ‖x‖², P and Q the projections on the column and row spaces of `onto`: the share of x that a fused matrix can still express. 1 where x is
 * zero.
 */
export function projectedEnergy(x: LowRank, onto: LowRank): number {
  checkShapes('projectedEnergy', [x, onto]);
  const size = norm(x);
  if (size === 0) return 1;
  const left = multiplyTransposed(thinQr(onto.b).q, x.b);
  const right = multiply(x.a, thinQr(transpose(onto.a)).q);
  return Math.min(1, (norm({ b: left, a: right, scale: x.scale }) / size) ** 2);
}
