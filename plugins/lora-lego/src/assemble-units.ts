import { createMatrix, type LowRank } from '@crucible/engine/algebra';
import type { Clusters } from './cluster-units.js';
import type { UnitPool } from './collect-units.js';

export interface AssembleOptions {
  readonly reweightParameters: boolean;
  readonly reweightOutput: boolean;
}

/** A centroid below this share of its units' mean norm is what is left of units that cancel: it has no direction to be brought back along. */
const CANCELLED = 1e-6;

/**
 * One unit per cluster, the mean of its members: Σ_c b̄_c·ā_c. Clusters of one unit are that unit, to the bit.
 *
 * `reweightParameters`: a mean is shorter than what it is the mean of; ā_c and b̄_c each get the mean norm of their members back. `reweightOutput`: times
 * √(r / k), r the mean rank of the adapters, k the number of clusters: outputs of k independent units vary with √k. (Zhao et al., 2025, name both
 * rescalings; the formulas are our reading of them.)
 */
export function assembleUnits(
  { a, b, scale, ranks }: UnitPool,
  { assignment, count }: Clusters,
  { reweightParameters, reweightOutput }: AssembleOptions,
): LowRank {
  const sizes = new Int32Array(count);
  for (const cluster of assignment) sizes[cluster]! += 1;
  const rows = createMatrix(count, a.columns);
  const columns = createMatrix(b.rows, count);
  const norms = { a: new Float64Array(count), b: new Float64Array(count) };
  assignment.forEach((cluster, unit) => {
    let square = 0;
    for (let j = 0; j < a.columns; j += 1) {
      const value = a.data[unit * a.columns + j]!;
      rows.data[cluster * a.columns + j]! += value / sizes[cluster]!;
      square += value * value;
    }
    norms.a[cluster]! += Math.sqrt(square) / sizes[cluster]!;
  });
  const squares = new Float64Array(assignment.length);
  for (let i = 0; i < b.rows; i += 1) {
    for (let unit = 0; unit < assignment.length; unit += 1) {
      const value = b.data[i * b.columns + unit]!;
      const cluster = assignment[unit]!;
      columns.data[i * count + cluster]! += value / sizes[cluster]!;
      squares[unit]! += value * value;
    }
  }
  assignment.forEach((cluster, unit) => (norms.b[cluster]! += Math.sqrt(squares[unit]!) / sizes[cluster]!));
  if (reweightParameters) {
    for (let cluster = 0; cluster < count; cluster += 1) {
      if (sizes[cluster] === 1) continue;
      restoreNorm(rows.data, cluster * a.columns, 1, a.columns, norms.a[cluster]!);
      restoreNorm(columns.data, cluster, count, b.rows, norms.b[cluster]!);
    }
  }
  const meanRank = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
  return { a: rows, b: columns, scale: scale * (reweightOutput && count > 0 ? Math.sqrt(meanRank / count) : 1) };
}

function restoreNorm(data: Float64Array, from: number, step: number, length: number, norm: number): void {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += data[from + i * step]! ** 2;
  const own = Math.sqrt(sum);
  if (own < CANCELLED * norm) return;
  for (let i = 0; i < length; i += 1) data[from + i * step]! *= norm / own;
}
