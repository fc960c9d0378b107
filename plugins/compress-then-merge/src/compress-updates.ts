import {
  coreBasis,
  createMatrix,
  frobeniusNorm,
  joinColumns,
  joinRows,
  multiply,
  multiplyTransposed,
  multiplyByTranspose,
  scaleMatrix,
  sliceColumns,
  sliceRows,
  svd,
  transpose,
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
  const { qb, qa, cores } = coreBasis(updates);
  const counted = cores.map((core, i) => scaleMatrix(core, share(core, weights[i]!, balance)));
  const columns = svd(joinColumns(counted, qb.columns));
  const rows = svd(joinRows(counted, qa.rows));
  const p = Math.min(rank, columns.singularValues.length);
  const q = Math.min(rank, rows.singularValues.length);
  if (p === 0 || q === 0) {
    const { b, a } = updates[0]!;
    return {
      left: createMatrix(b.rows, 1),
      right: createMatrix(1, a.columns),
      coordinates: updates.map(() => createMatrix(1, 1)),
    };
  }
  const left = withSigns(multiply(qb, sliceColumns(columns.u, 0, p)));
  const right = transpose(withSigns(transpose(multiply(sliceRows(rows.vt, 0, q), qa))));
  const onLeft = multiplyTransposed(qb, left);
  const onRight = multiplyByTranspose(qa, right);
  return {
    left,
    right,
    coordinates: cores.map((core) => multiply(multiplyTransposed(onLeft, core), onRight)),
  };
}

function share(core: Matrix, weight: number, balance: 'ENERGY' | 'EQUAL'): number {
  if (balance === 'ENERGY' || weight === 0) return weight;
  const size = frobeniusNorm(core);
  return size === 0 ? 0 : 1 / size;
}

/** Columns with their entry of largest magnitude positive. */
function withSigns({ rows, columns, data }: Matrix): Matrix {
  const largest = new Float64Array(columns);
  data.forEach((value, at) => {
    const column = at % columns;
    if (Math.abs(value) > Math.abs(largest[column]!)) largest[column] = value;
  });
  return createMatrix(
    rows,
    columns,
    data.map((value, at) => (largest[at % columns]! < 0 ? -value : value)),
  );
}
