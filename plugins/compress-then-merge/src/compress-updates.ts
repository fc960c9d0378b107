import {
  createMatrix,
  frobeniusNorm,
  joinColumns,
  joinRows,
  jointSpan,
  multiplyTransposed,
  multiplyByTranspose,
  scaleColumns,
  scaleMatrix,
  scaleRows,
  signsOfColumns,
  signsOfRows,
  sliceColumns,
  sliceRows,
  svd,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';

export interface CompressOptions {
  readonly rank: number;
  readonly balance: 'ENERGY' | 'EQUAL';
  /** How much each update counts when subspaces are chosen; 1 each unless given. One of 0 does not count. */
  readonly weights?: readonly number[];
}

export interface CompressedUpdates {
  /** `[out, p]` with orthonormal columns, p <= rank. */
  readonly left: Matrix;
  /** `[q, in]` with orthonormal rows, q <= rank. */
  readonly right: Matrix;
  /** Coordinates leftᵀ·t_i·rightᵀ, `[p, q]`, in the order of the updates. */
  readonly coordinates: readonly Matrix[];
}

/**
 * Subspaces of at most `rank` dimensions that all updates share, and the updates' coordinates in them: the leading left singular vectors of all updates
 * side by side, and right ones of all on top of each other (the higher-order SVD of Tucker and De Lathauwer, truncated; its error is at most √2 times
 * the least possible for one pair of subspaces). Whatever is merged in these coordinates has that rank by construction (He et al., "Compress then
 * Merge", 2026, whose own choice of subspaces is not known to us).
 *
 * Exact where the updates together span no more than `rank` dimensions on either side. Depends on the updates alone, not on how they are split into
 * factors: vectors have their largest entry positive. Where all updates are zero there is one direction of zeros.
 */
export function compressUpdates(
  updates: readonly LowRank[],
  { rank, balance, weights = updates.map(() => 1) }: CompressOptions,
): CompressedUpdates {
  const span = jointSpan(updates);
  const counted = span.cores.map((core, i) => scaleMatrix(core, share(core, weights[i]!, balance)));
  const ofColumns = svd(joinColumns(counted, span.rows));
  const ofRows = svd(joinRows(counted, span.columns));
  const p = Math.min(rank, ofColumns.singularValues.length);
  const q = Math.min(rank, ofRows.singularValues.length);
  if (p === 0 || q === 0) {
    const { b, a } = updates[0]!;
    return {
      left: createMatrix(b.rows, 1),
      right: createMatrix(1, a.columns),
      coordinates: updates.map(() => createMatrix(1, 1)),
    };
  }
  const u = sliceColumns(ofColumns.u, 0, p);
  const v = sliceRows(ofRows.vt, 0, q);
  const left = span.left(u);
  const right = span.right(v);
  const [leftSigns, rightSigns] = [signsOfColumns(left), signsOfRows(right)];
  return {
    left: scaleColumns(left, leftSigns),
    right: scaleRows(right, rightSigns),
    coordinates: span.cores.map((core) =>
      scaleRows(scaleColumns(multiplyByTranspose(multiplyTransposed(u, core), v), rightSigns), leftSigns),
    ),
  };
}

function share(core: Matrix, weight: number, balance: 'ENERGY' | 'EQUAL'): number {
  if (balance === 'ENERGY' || weight === 0) return weight;
  const size = frobeniusNorm(core);
  return size === 0 ? 0 : 1 / size;
}
