import { createMatrix, multiply, scaleMatrix, sliceRows, transpose, type Matrix } from '../algebra/index.js';
import type { AdapterFactors, AdapterModuleInfo } from '../adapters/adapter.js';

/** ΔW of one tensor as a product of two thin matrices in the order in which the base stores it: `left [rows, rank]` times `right [rank, columns]`. */
export interface StoredDelta {
  readonly left: Matrix;
  readonly right: Matrix;
}

/**
 * The factors of a module turned to the order of the stored tensor, the scale folded into the left one. Conv1D of GPT-2 and embeddings store the
 * transpose: ΔWᵀ = Aᵀ·Bᵀ. A convolution is `[out, channels·kh·kw]`, a vector `[out, 1]`.
 */
export function storedDelta(info: AdapterModuleInfo, { a, b }: AdapterFactors): StoredDelta {
  const { rank, inFeatures, outFeatures, scale } = info;
  const wideA = createMatrix(rank, inFeatures, Float64Array.from(a));
  const wideB = createMatrix(outFeatures, rank, Float64Array.from(b));
  const transposed = info.layout === 'TRANSPOSED' || info.layout === 'EMBEDDING';
  return transposed
    ? { left: scaleMatrix(transpose(wideA), scale), right: transpose(wideB) }
    : { left: scaleMatrix(wideB, scale), right: wideA };
}

/** Rows `begin` to `end` of ΔW, in float64. */
export function deltaRows({ left, right }: StoredDelta, begin: number, end: number): Float64Array {
  return multiply(sliceRows(left, begin, end), right).data;
}
