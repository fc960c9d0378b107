import {
  createMatrix,
  joinColumns,
  joinRows,
  multiply,
  scaleMatrix,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';
import { solvePositive, type NotPositive } from './solve-positive.js';

/** One adapter's update, and the second moment of what its module is given. */
export interface RegressionItem {
  readonly update: LowRank;
  /** `[in, in]`, row-major, symmetric. */
  readonly gram: ArrayLike<number>;
  /** How much its examples count; above 0. */
  readonly weight: number;
}

export interface RegressionSettings {
  readonly alpha: number;
  readonly ridge: number;
}

/**
 * X = (Σ ΔW_i H_i)(Σ H_i)⁻¹ with H_i = w_i (α G_i + (1 − α) diag G_i + ρ I): of all linear layers the one whose outputs on every adapter's own inputs are
 * nearest to that adapter's (Jin et al., arXiv 2212.09849, section 3.2, with their non-diagonal decay α). ρ is `ridge` times the mean diagonal entry.
 *
 * Exact at rank Σ rank_i: ΔW_i H_i = s_i B_i (A_i H_i), so that X = [B_1 … B_T] · [s_i A_i H_i]ᵢ (Σ H_i)⁻¹, and only rows of A are ever multiplied.
 * Where all H_i are equal X is the weighted mean; H_i may be scaled together, the update each by the same factor, in any order.
 *
 * The base may be left out: Σ (W + ΔW_i) H_i (Σ H_i)⁻¹ = W + X.
 */
export function mergeByRegression(
  items: readonly RegressionItem[],
  { alpha, ridge }: RegressionSettings,
): LowRank | NotPositive {
  const n = items[0]!.update.a.columns;
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  const trace = items.reduce((sum, { gram, weight }) => sum + weight * traceOf(gram, n), 0);
  const rho = (ridge * trace) / (total * n);
  const sum = createMatrix(n, n);
  const rows: Matrix[] = [];
  for (const { update, gram, weight } of items) {
    const moment = momentOf(gram, n, { alpha, rho, weight });
    for (let i = 0; i < moment.data.length; i += 1) sum.data[i]! += moment.data[i]!;
    rows.push(multiply(scaleMatrix(update.a, update.scale), moment));
  }
  const solved = solvePositive(sum, joinRows(rows, n));
  if ('pivot' in solved) return solved;
  const b = joinColumns(
    items.map(({ update }) => update.b),
    items[0]!.update.b.rows,
  );
  return { b, a: solved, scale: 1 };
}

function traceOf(gram: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += gram[i * n + i]!;
  return sum;
}

function momentOf(
  gram: ArrayLike<number>,
  n: number,
  { alpha, rho, weight }: { readonly alpha: number; readonly rho: number; readonly weight: number },
): Matrix {
  const moment = createMatrix(n, n);
  for (let i = 0; i < moment.data.length; i += 1) moment.data[i] = weight * alpha * gram[i]!;
  for (let i = 0; i < n; i += 1) moment.data[i * n + i] = weight * (gram[i * n + i]! + rho);
  return moment;
}
