import { wilsonInterval, type Interval } from '@crucible/engine/evaluation';

export interface TaskScore {
  readonly task: string;
  readonly accuracy: number;
  readonly n: number;
  readonly interval: Interval;
}

export interface Score {
  /** Mean over the tasks. */
  readonly mean: number;
  readonly tasks: readonly TaskScore[];
}

export interface Difference {
  readonly difference: number;
  /** 95 % for the mean over the tasks' images; pairs of outcomes on one image, images drawn anew, tasks and adapters as they are. */
  readonly low: number;
  readonly high: number;
}

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation over the seeds. */
  readonly sd: number;
  readonly seeds: number;
}

export type Outcomes = ReadonlyMap<string, Uint8Array>;
const Z = 1.959963984540054;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function scoreOf(outcomes: Outcomes): Score {
  const tasks = [...outcomes].map(([task, right]) => {
    const correct = right.reduce((sum, value) => sum + value, 0);
    return { task, accuracy: correct / right.length, n: right.length, interval: wilsonInterval(correct, right.length) };
  });
  return { mean: mean(tasks.map(({ accuracy }) => accuracy)), tasks };
}

/** How much better `a` is than `b` on the same images. */
export function compare(a: Outcomes, b: Outcomes): Difference {
  const parts = [...a].map(([task, right]) => {
    const other = b.get(task)!;
    const differences = Array.from(right, (value, i) => value - other[i]!);
    const average = mean(differences);
    const variance = mean(differences.map((value) => (value - average) ** 2)) / differences.length;
    return { average, variance };
  });
  const difference = mean(parts.map(({ average }) => average));
  const error = Math.sqrt(parts.reduce((sum, { variance }) => sum + variance, 0)) / parts.length;
  return { difference, low: difference - Z * error, high: difference + Z * error };
}

export function spreadOf(values: readonly number[]): Spread {
  const average = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return { mean: average, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0, seeds: values.length };
}
