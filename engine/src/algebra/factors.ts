import { createLowRank, type LowRank } from './low-rank.js';
import { scaleColumns, scaleMatrix, scaleRows, toFloat32, type Matrix } from './matrix.js';
import { svd, type Svd } from './svd.js';
import { multiply } from './multiply.js';
import type { CoreBasis } from './core-basis.js';

/** ΔW = scale·B·A in float32, row-major, as adapters store it. */
export interface Factors {
  readonly rank: number;
  readonly scale: number;
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
}

/** weight·ΔW of stored factors, widened exactly. */
export function taskUpdate(
  factors: Factors,
  { outFeatures, inFeatures }: { readonly outFeatures: number; readonly inFeatures: number },
  weight = 1,
): LowRank {
  return createLowRank(factors, { outFeatures, inFeatures, rank: factors.rank, scale: factors.scale * weight });
}

/** Rounds factors to float32, the scale folded into B. The zero matrix becomes zeros of rank 1: an adapter has no rank 0. */
export function toFactors({ b, a, scale }: LowRank): Factors {
  if (b.columns > 0) return { rank: b.columns, scale: 1, a: toFloat32(a), b: toFloat32(scaleMatrix(b, scale)) };
  return { rank: 1, scale: 1, a: new Float32Array(a.columns), b: new Float32Array(b.rows) };
}

/** Q_B·(U·diag(S)·Vᵀ)·Q_A as balanced factors (√S on either side), so that float32 serves both equally. */
export function fromCoreTriples({ qb, qa }: Pick<CoreBasis, 'qb' | 'qa'>, { u, singularValues, vt }: Svd): LowRank {
  const roots = singularValues.map(Math.sqrt);
  return { b: multiply(qb, scaleColumns(u, roots)), a: multiply(scaleRows(vt, roots), qa), scale: 1 };
}

/** Q_B·core·Q_A as balanced factors, of the core's numerical rank. */
export function balancedFromCore(basis: Pick<CoreBasis, 'qb' | 'qa'>, core: Matrix): LowRank {
  return fromCoreTriples(basis, svd(core));
}
