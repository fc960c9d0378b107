import { createLowRank, type LowRank } from './low-rank.js';
import { scaleMatrix, toFloat32 } from './matrix.js';

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
