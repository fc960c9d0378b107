import { analysesErrors } from './errors.js';
import { analysesLimits } from './limits.js';

/** Evenly spaced numbers, both ends among them. */
export interface GridAxis {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** 21 steps over [−2, 2]: the map of Ortiz-Jimenez et al. 2023, figure 3, and of Tang et al. 2024. */
export const PAPER_AXIS: GridAxis = { from: -2, to: 2, steps: 21 };

/**
 * The numbers of an axis. What is a whole multiple of a thousandth up to rounding is that multiple, so that −2 … 2 in 21 steps holds 0 and 1 exactly, and a
 * grid shares its points on the axes with the single task vectors.
 *
 * @throws analysesErrors.gridInvalid, analysesErrors.limitExceeded
 */
export function axisValues({ from, to, steps }: GridAxis): readonly number[] {
  const isValid = Number.isFinite(from) && Number.isFinite(to) && from < to && Number.isInteger(steps) && steps >= 2;
  if (!isValid) throw analysesErrors.gridInvalid({ from, to, steps });
  const limit = analysesLimits.gridSteps;
  if (steps > limit) throw analysesErrors.limitExceeded({ what: 'steps of one axis', got: steps, limit });
  return Array.from({ length: steps }, (_, i) => {
    const value = from + ((to - from) * i) / (steps - 1);
    const thousandth = Math.round(value * 1000) / 1000;
    return Math.abs(value - thousandth) < 1e-12 * Math.max(1, Math.abs(from), Math.abs(to)) ? thousandth + 0 : value;
  });
}

/** Refuses before any of it is computed. @throws analysesErrors.limitExceeded, analysesErrors.noExamples */
export function checkWork(points: number, tasks: readonly { readonly name: string; readonly count: number }[]): void {
  const over = (what: string, got: number, limit: number): void => {
    if (got > limit) throw analysesErrors.limitExceeded({ what, got, limit });
  };
  for (const { name, count } of tasks) {
    if (count === 0) throw analysesErrors.noExamples({ task: name });
    over(`examples of the task "${name}"`, count, analysesLimits.examples);
  }
  const examples = tasks.reduce((sum, { count }) => sum + count, 0);
  over('points × examples', points * examples, analysesLimits.evaluations);
}
