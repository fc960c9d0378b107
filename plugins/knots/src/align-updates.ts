import {
  createMatrix,
  joinColumns,
  jointSpan,
  scaleColumns,
  scaleRows,
  signsOfColumns,
  sliceColumns,
  svd,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';
import type { KnotsChoices } from './options.js';

export interface AlignedUpdates {
  /** `[out, k]`: what takes merged rows back. */
  readonly left: Matrix;
  /** `[k, in]` each, in the order of the updates: what is merged. */
  readonly rows: readonly Matrix[];
}

/**
 * t_i = left·rows_i for every i, exactly but for dropped directions: the SVD U·diag(S)·[V_1 … V_T] of all updates side by side, from which the rule
 * gets diag(S)·V_i (Stoica et al., "Model merging with SVD to tie the Knots", 2025, equation 3; their code for `REFERENCE`). Computed from the
 * core matrices of the updates, never from a dense one: O((out + in)·(Σ rank)²).
 *
 * Depends on the updates alone, not on how they are split into factors: the largest entry of each column of `left` is positive. Where all updates are
 * zero there is one direction of zeros.
 */
export function alignUpdates(
  updates: readonly LowRank[],
  { floor, floorUnit, singularValues }: KnotsChoices,
): AlignedUpdates {
  const { rows, cores, left, right } = jointSpan(updates);
  const whole = svd(joinColumns(cores, rows));
  const least = floorUnit === 'RELATIVE' ? floor * (whole.singularValues[0] ?? 0) : floor;
  const kept = whole.singularValues.filter((value) => value > least).length;
  if (kept === 0) {
    const { b, a } = updates[0]!;
    return { left: createMatrix(b.rows, 1), rows: updates.map(() => createMatrix(1, a.columns)) };
  }
  const basis = left(sliceColumns(whole.u, 0, kept));
  const signs = signsOfColumns(basis);
  const strengths = whole.singularValues.subarray(0, kept);
  const [ofLeft, ofRows] =
    singularValues === 'MERGED'
      ? [signs, strengths.map((value, k) => value * signs[k]!)]
      : [strengths.map((value, k) => value * signs[k]!), signs];
  return {
    left: scaleColumns(basis, ofLeft),
    rows: cores.map((core, i) => {
      const part = createMatrix(kept, core.columns);
      const width = whole.vt.columns;
      for (let k = 0; k < kept; k += 1) {
        const from = k * width + i * core.columns;
        part.data.set(whole.vt.data.subarray(from, from + core.columns), k * core.columns);
      }
      return right(scaleRows(part, ofRows));
    }),
  };
}
