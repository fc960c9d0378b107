import { analysesErrors } from './errors.js';
import { axisValues, checkWork, type GridAxis } from './grid.js';
import type { SharedSummary } from './model-plane.js';
import { walkPlane, type WalkPlaneOptions } from './walk-plane.js';
import type { Subject } from './subject.js';

/** What a map has come to: enough to go on from. */
export interface DisentanglementState {
  /** Batches that are done. */
  readonly batches: number;
  /** Per point: examples of the first task whose prediction differs from that of θ0 + λ1 τ1. */
  readonly left: readonly number[];
  /** Per point: examples of the second task whose prediction differs from that of θ0 + λ2 τ2. */
  readonly right: readonly number[];
}

export interface DisentanglementMap {
  /** Values of λ1 and of λ2. */
  readonly axis: readonly number[];
  /** ξ(λ1, λ2), 0 to 2: row by row, a row for each λ1. */
  readonly error: readonly (readonly number[])[];
  /** The part of the first task, 0 to 1. */
  readonly left: readonly (readonly number[])[];
  readonly right: readonly (readonly number[])[];
  /** Examples of each task. */
  readonly examples: readonly [number, number];
  /** Models of the grid, and those that are there for reference alone. */
  readonly models: { readonly joint: number; readonly single: number };
  /** Forward passes over the examples of both tasks: one for each model, or fewer where models are linear in λ. */
  readonly passes: number;
  /** Mean of ξ over the square 0 ≤ λ ≤ 1, which fusions live in; null where the grid has no point there. */
  readonly meanInUnitSquare: number | null;
  readonly shared: SharedSummary;
}

export interface DisentanglementOptions extends Omit<
  WalkPlaneOptions,
  'points' | 'subjects' | 'begin' | 'visit' | 'onBatch'
> {
  /** The task of each task vector, in the plane's order. */
  readonly subjects: readonly [Subject, Subject];
  readonly axis: GridAxis;
  readonly state?: DisentanglementState | undefined;
  readonly onState?: (state: DisentanglementState) => Promise<void> | void;
}

/**
 * Weight disentanglement error (Ortiz-Jimenez, Favero and Frossard, NeurIPS 2023, equation 5):
 *
 *     ξ(λ1, λ2) = Σ_t E_{x ∼ D_t} [ f(x; θ0 + λ_t τ_t) ≠ f(x; θ0 + λ1 τ1 + λ2 τ2) ]
 *
 * with the predicted classes as f: 0 where neither task vector disturbs what the model says about the other's data, 2 where both do everywhere. No label is
 * looked at. Each model of the grid is evaluated once; the references lie on the grid's axes where it holds 0, and are 2 · steps evaluations more where it
 * does not.
 *
 * @throws analysesErrors, modelErrors
 */
export async function disentanglementMap(options: DisentanglementOptions): Promise<DisentanglementMap> {
  const { subjects, plane, state, onState, ...walk } = options;
  if (plane.dimensions !== 2) {
    throw analysesErrors.vectorsInvalid({ module: '*', got: `${plane.dimensions} task vectors`, expected: 'two' });
  }
  const axis = axisValues(options.axis);
  const steps = axis.length;
  const zero = axis.indexOf(0);
  const grid = axis.flatMap((left) => axis.map((right) => [left, right] as const));
  // References, where they are no points of the grid: first those of the first task, then those of the second.
  const extra =
    zero >= 0 ? [] : [...axis.map((left) => [left, 0] as const), ...axis.map((right) => [0, right] as const)];
  const points = [...grid, ...extra];
  checkWork(points.length, subjects);
  const size = steps * steps;
  const [left, right] = [state?.left, state?.right].map((known) => Float64Array.from(known ?? grid.map(() => 0)));
  let predictions: Int32Array[] = [];
  let task = 0;
  const settleBatch = (): void => {
    const counts = task === 0 ? left! : right!;
    for (let point = 0; point < size; point += 1) {
      const [i, j] = [Math.floor(point / steps), point % steps];
      const reference =
        task === 0 ? (zero >= 0 ? i * steps + zero : size + i) : zero >= 0 ? zero * steps + j : size + steps + j;
      counts[point]! += countDifferent(predictions[point]!, predictions[reference]!);
    }
    predictions = [];
  };
  const shared = await walkPlane({
    ...walk,
    plane,
    points,
    subjects,
    begin: state?.batches ?? 0,
    visit(visit) {
      ({ task } = visit);
      predictions[visit.point] = visit.answers.predictions;
    },
    async onBatch(batches) {
      settleBatch();
      await onState?.({ batches, left: [...left!], right: [...right!] });
    },
  });
  const rows = (counts: Float64Array, examples: number): number[][] =>
    axis.map((_, i) => Array.from(counts.subarray(i * steps, (i + 1) * steps), (count) => count / examples));
  const parts = { left: rows(left!, subjects[0].count), right: rows(right!, subjects[1].count) };
  const error = parts.left.map((row, i) => row.map((value, j) => value + parts.right[i]![j]!));
  return {
    axis,
    error,
    ...parts,
    examples: [subjects[0].count, subjects[1].count],
    models: { joint: grid.length, single: extra.length },
    passes: plane.passes(points.length),
    meanInUnitSquare: meanWithin(axis, error),
    shared,
  };
}

function countDifferent(one: Int32Array, other: Int32Array): number {
  let count = 0;
  for (let i = 0; i < one.length; i += 1) if (one[i] !== other[i]) count += 1;
  return count;
}

function meanWithin(axis: readonly number[], values: readonly (readonly number[])[]): number | null {
  const inside = axis.flatMap((value, i) => (value >= 0 && value <= 1 ? [i] : []));
  const chosen = inside.flatMap((i) => inside.map((j) => values[i]![j]!));
  return chosen.length === 0 ? null : chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
}
