import { axisValues, checkWork, type GridAxis } from './grid.js';
import type { SharedSummary } from './model-plane.js';
import type { Subject } from './subject.js';
import { walkPlane, type WalkPlaneOptions } from './walk-plane.js';

/** What a landscape has come to: enough to go on from. */
export interface LandscapeState {
  readonly batches: number;
  /** Per task and point: sum of the losses, and number of right answers. */
  readonly losses: readonly (readonly number[])[];
  readonly correct: readonly (readonly number[])[];
}

/** One task over the grid, row by row, a row for each coordinate along the first task vector. */
export interface TaskLandscape {
  readonly name: string;
  readonly examples: number;
  /** Mean cross-entropy in nats. */
  readonly loss: readonly (readonly number[])[];
  /** 0 to 1. */
  readonly accuracy: readonly (readonly number[])[];
}

export interface LossLandscape {
  /** Coordinates along the first task vector and along the second: θ0 + x τ1 + y τ2. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly tasks: readonly TaskLandscape[];
  /** Where the mean loss over the tasks is least. */
  readonly best: { readonly x: number; readonly y: number; readonly loss: number };
  /** Forward passes over the examples of all tasks. */
  readonly passes: number;
  readonly shared: SharedSummary;
}

export interface LossLandscapeOptions extends Omit<WalkPlaneOptions, 'points' | 'begin' | 'visit' | 'onBatch'> {
  readonly x: GridAxis;
  readonly y: GridAxis;
  readonly subjects: readonly Subject[];
  readonly state?: LandscapeState | undefined;
  readonly onState?: (state: LandscapeState) => Promise<void> | void;
}

/**
 * Loss and accuracy of θ0 + x τ1 + y τ2 over a grid (Tang et al. 2024, section 3.2): the base lies at (0, 0), the adapters at (1, 0) and (0, 1), their sum at
 * (1, 1). Float32 on the backend, losses summed in float64.
 *
 * @throws analysesErrors, modelErrors
 */
export async function lossLandscape(options: LossLandscapeOptions): Promise<LossLandscape> {
  const { subjects, plane, state, onState, ...walk } = options;
  const [x, y] = [axisValues(options.x), axisValues(options.y)];
  const points = x.flatMap((first) => y.map((second) => [first, second] as const));
  checkWork(points.length, subjects);
  const start = (known: readonly (readonly number[])[] | undefined): Float64Array[] =>
    subjects.map((_, task) => Float64Array.from(known?.[task] ?? points.map(() => 0)));
  const [losses, correct] = [start(state?.losses), start(state?.correct)];
  const lists = (sums: readonly Float64Array[]): number[][] => sums.map((values) => [...values]);
  const shared = await walkPlane({
    ...walk,
    plane,
    points,
    subjects,
    begin: state?.batches ?? 0,
    visit({ task, point, answers }) {
      losses[task]![point]! += answers.losses.reduce((sum, loss) => sum + loss, 0);
      correct[task]![point]! += answers.outcomes.reduce((sum, outcome) => sum + outcome, 0);
    },
    onBatch: async (batches) => onState?.({ batches, losses: lists(losses), correct: lists(correct) }),
  });
  const rows = (sums: Float64Array, examples: number): number[][] =>
    x.map((_, i) => Array.from(sums.subarray(i * y.length, (i + 1) * y.length), (sum) => sum / examples));
  const tasks = subjects.map(({ name, count }, task) => ({
    name,
    examples: count,
    loss: rows(losses[task]!, count),
    accuracy: rows(correct[task]!, count),
  }));
  const means = points.map((_, point) => {
    return subjects.reduce((sum, { count }, task) => sum + losses[task]![point]! / count, 0) / subjects.length;
  });
  const least = means.reduce((best, loss, point) => (loss < means[best]! ? point : best), 0);
  const [bestX, bestY] = points[least]!;
  return {
    x,
    y,
    tasks,
    best: { x: bestX, y: bestY, loss: means[least]! },
    passes: plane.passes(points.length),
    shared,
  };
}
