import {
  expandCore,
  joinColumns,
  joinRows,
  jointSpan,
  multiply,
  polarFactor,
  scaleColumns,
  sliceColumns,
  sliceRows,
  svd,
  type LowRank,
  type Matrix,
  type Svd,
} from '@crucible/engine/algebra';

export interface MergeTaskSingularVectorsOptions {
  readonly keep: 'TRUNCATED' | 'FULL';
}

/**
 * Directions of the stacked singular vectors below this share of the strongest are no directions: adapters are stored in float32, whose rounding
 * (6e-8) would otherwise be given the weight of a task.
 */
const DIRECTION_FLOOR = 1e-6;

/**
 * Σ_i λU_i·S_i·V_iᵀ with the U's (and V's) of all tasks made orthogonal to each other: of each task the first d_i singular triples, the U's side by
 * side and the V's on top of each other, both stacks replaced by their polar factors, so that tasks no longer interfere (Gargiulo et al., "Task
 * Singular Vectors: Reducing Task Interference in Model Merging", 2025, TSV-Merge; run in core space as by Panariello et al., 2025).
 *
 * Depends on the updates alone, not on how they are split into factors, nor on their order; f(c·ΔW) = c·f(ΔW); one update comes back as it is.
 * Updates in float64, `[out, in]`, of any ranks; zero ones do not count. The result has balanced factors and rank Σ d_i at most.
 */
export function mergeTaskSingularVectors(
  updates: readonly LowRank[],
  { keep }: MergeTaskSingularVectorsOptions,
): LowRank {
  const span = jointSpan(updates);
  const tasks = span.cores.map(svd).filter(({ singularValues }) => singularValues.length > 0);
  // Of the space that the adapters span, as the reference takes it of the dense matrix: both agree where they span all of it.
  const share = Math.max(1, Math.trunc(Math.min(span.rows, span.columns) / tasks.length));
  const kept = tasks.map((task) => firstTriples(task, keep === 'FULL' ? Infinity : share));
  const left = joinColumns(
    kept.map(({ u }) => u),
    span.rows,
  );
  const right = joinRows(
    kept.map(({ vt }) => vt),
    span.columns,
  );
  const values = Float64Array.from(kept.flatMap(({ singularValues }) => [...singularValues]));
  return expandCore(span, whiten(left, values, right));
}

function whiten(left: Matrix, values: Float64Array, right: Matrix): Matrix {
  return multiply(scaleColumns(polarFactor(left, DIRECTION_FLOOR), values), polarFactor(right, DIRECTION_FLOOR));
}

function firstTriples({ u, singularValues, vt }: Svd, most: number): Svd {
  const kept = Math.min(most, singularValues.length);
  return { u: sliceColumns(u, 0, kept), singularValues: singularValues.slice(0, kept), vt: sliceRows(vt, 0, kept) };
}
