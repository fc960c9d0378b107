import {
  addMatrices,
  countAbove,
  createMatrix,
  expandTriples,
  jointSpan,
  sliceColumns,
  sliceRows,
  svd,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';

/**
 * Iso-C: U·mean(S)·Vᵀ of the sum U·S·Vᵀ of all updates, so that no direction of one task outweighs another (Marczak et al., "No Task Left Behind:
 * Isotropic Model Merging with Common and Task-Specific Subspaces", 2025, algorithm 1; in core space as by Panariello et al., 2025).
 *
 * Depends on the sum alone: not on factors, nor on their order; f(c·ΔW) = c·f(ΔW); applied to its own result it changes nothing. One update does not
 * come back: its spectrum is flattened. The mean runs over the directions that the sum has, those above `floor` times its largest singular value:
 * null directions have no vectors of their own. Updates in float64, `[out, in]`; the result has balanced factors.
 */
export function mergeIsotropic(updates: readonly LowRank[], { floor }: { readonly floor: number }): LowRank {
  const span = jointSpan(updates);
  const { u, singularValues, vt } = svd(sumOf(span.cores));
  const kept = countAbove(singularValues, floor);
  return expandTriples(span, {
    u: sliceColumns(u, 0, kept),
    singularValues: flatten(singularValues.subarray(0, kept)),
    vt: sliceRows(vt, 0, kept),
  });
}

/** The mean in place of each value. */
export function flatten(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return new Float64Array(values.length).fill(mean);
}

export function sumOf(cores: readonly Matrix[]): Matrix {
  return cores.reduce(addMatrices, createMatrix(cores[0]!.rows, cores[0]!.columns));
}
