import {
  expandCore,
  frobeniusNorm,
  joinColumns,
  joinRows,
  jointSpan,
  multiply,
  multiplyTransposed,
  polarFactor,
  scaleColumns,
  sliceColumns,
  sliceRows,
  subtractMatrices,
  svd,
  type LowRank,
  type Matrix,
  type Svd,
} from '@crucible/engine/algebra';
import { flatten, sumOf } from './merge-isotropic.js';

export interface MergeCommonAndTaskSpacesOptions {
  readonly commonFraction: number;
  readonly floor: number;
}

/**
 * Iso-CTS: the strongest directions of the sum of all updates, joined by the strongest directions of what each task has outside of them, all made
 * orthogonal and given one singular value, the mean of those that were kept (Marczak et al., 2025, algorithm 2; in core space as by Panariello et
 * al., 2025).
 *
 * Depends on the updates alone, not on factors, nor on their order; f(c·ΔW) = c·f(ΔW). One update comes back flattened. What is zero after projection
 * adds no direction. Updates in float64, `[out, in]`; the result has balanced factors, of rank min(p, q) of the core `[p, q]` at most.
 */
export function mergeCommonAndTaskSpaces(
  updates: readonly LowRank[],
  { commonFraction, floor }: MergeCommonAndTaskSpacesOptions,
): LowRank {
  const span = jointSpan(updates);
  const cores = span.cores.filter(({ data }) => data.some((value) => value !== 0));
  if (cores.length === 0) return expandCore(span, span.cores[0]!);
  const size = Math.min(span.rows, span.columns);
  const { common, perTask } = splitOfSpace(size, cores.length, commonFraction);
  const sum = sumOf(cores);
  const shared = firstTriples(svd(sum), common, floor * frobeniusNorm(sum));
  // Measured against the task itself: where it lies in the common part, what is left is rounding noise.
  const own = cores.map((core) =>
    firstTriples(svd(removeColumns(core, shared.u)), perTask, floor * frobeniusNorm(core)),
  );
  const parts = [...own, shared];
  const left = joinColumns(
    parts.map(({ u }) => u),
    span.rows,
  );
  const right = joinRows(
    parts.map(({ vt }) => vt),
    span.columns,
  );
  const values = flatten(Float64Array.from(parts.flatMap(({ singularValues }) => [...singularValues])));
  return expandCore(span, multiply(scaleColumns(polarFactor(left, floor), values), polarFactor(right, floor)));
}

/**
 * How many of `size` directions are common and how many each task gets, as the reference shares them out: the rest of the fraction is rounded to a
 * multiple of the number of tasks, halves to even as Python does.
 */
export function splitOfSpace(
  size: number,
  tasks: number,
  commonFraction: number,
): { readonly common: number; readonly perTask: number } {
  const rest = roundHalfToEven((size - Math.trunc(size * commonFraction)) / tasks);
  // Rounding up may ask for more than there is, where the common part is small.
  const perTask = Math.min(rest, Math.trunc(size / tasks));
  return { common: size - perTask * tasks, perTask };
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** x - U·Uᵀ·x. */
function removeColumns(x: Matrix, u: Matrix): Matrix {
  return subtractMatrices(x, multiply(u, multiplyTransposed(u, x)));
}

function firstTriples({ u, singularValues, vt }: Svd, most: number, least: number): Svd {
  const kept = Math.min(most, singularValues.filter((value) => value >= least).length);
  return { u: sliceColumns(u, 0, kept), singularValues: singularValues.slice(0, kept), vt: sliceRows(vt, 0, kept) };
}
