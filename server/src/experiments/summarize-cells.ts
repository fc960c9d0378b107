/** Figures of one model, with what each example gave. */
export interface ScoredCell {
  /** Tasks of the subset, ascending. */
  readonly scores: readonly {
    readonly task: number;
    readonly n: number;
    readonly correct: number;
    /** One byte per example, 1 where it was right. */
    readonly outcomes: Uint8Array;
  }[];
}

/** A figure, and where it would lie for the same number of examples drawn anew, with tasks, adapters and subsets as they are. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What accuracies are divided by, task by task; null where it is not known. */
export type Denominators = readonly (number | null)[];

export const CONFIDENCE = 0.95;
const DEVIATIONS = 1.959963984540054;

/**
 * The mean over cells of the mean over their tasks, with its interval: examples are drawn anew within each task, and every cell of a task sees the same ones, so
 * that cells that share examples are not counted as independent. Divided by `denominators`, which count as known, where there are some. Null where one is missing, or
 * there are no cells.
 */
export function estimateMean(
  cells: readonly ScoredCell[],
  denominators?: (cell: ScoredCell, index: number) => Denominators,
): Estimate | null {
  const shares = new ExampleShares();
  for (const [index, cell] of cells.entries()) {
    const own = denominators?.(cell, index);
    for (const { task, n, outcomes } of cell.scores) {
      const divisor = own === undefined ? 1 : own[task];
      if (divisor === null || divisor === undefined || divisor <= 0) return null;
      shares.add(task, outcomes, 1 / (cells.length * cell.scores.length * divisor), n);
    }
  }
  return cells.length === 0 ? null : shares.estimate();
}

/** How much the second of each pair is above the first, on the same tasks and examples; null where they are not the same. */
export function estimateDifference(pairs: readonly (readonly [ScoredCell, ScoredCell])[]): Estimate | null {
  const shares = new ExampleShares();
  for (const [first, second] of pairs) {
    if (!haveSameExamples(first, second)) return null;
    for (const [place, { task, n, outcomes }] of first.scores.entries()) {
      const weight = 1 / (pairs.length * first.scores.length);
      shares.add(task, outcomes, -weight, n);
      shares.add(task, second.scores[place]!.outcomes, weight, n);
    }
  }
  return pairs.length === 0 ? null : shares.estimate();
}

export const haveSameExamples = (first: ScoredCell, second: ScoredCell): boolean =>
  first.scores.length === second.scores.length &&
  first.scores.every(({ task, n }, place) => second.scores[place]!.task === task && second.scores[place]!.n === n);

/** Two-sided p of a normal test that the difference is 0. */
export function pOf({ value, low, high }: Estimate): number {
  const deviation = (high - low) / 2 / DEVIATIONS;
  if (deviation === 0) return value === 0 ? 1 : 0;
  return erfc(Math.abs(value) / deviation / Math.SQRT2);
}

/** Complementary error function to 1.2e-7 relative. (Numerical Recipes, 6.2, Chebyshev fit) */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const series = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
  ].reduce((sum, coefficient) => sum * t + coefficient, 0);
  return t * Math.exp(-x * x + series);
}

/** A linear figure of outcomes, by what each example has in it. */
class ExampleShares {
  readonly #tasks = new Map<number, Float64Array>();

  add(task: number, outcomes: Uint8Array, weight: number, n: number): void {
    const shares = this.#tasks.get(task) ?? new Float64Array(n);
    this.#tasks.set(task, shares);
    for (let i = 0; i < n; i += 1) if (outcomes[i] !== 0) shares[i]! += weight;
  }

  estimate(): Estimate {
    let value = 0;
    let variance = 0;
    for (const shares of this.#tasks.values()) {
      const n = shares.length;
      const mean = shares.reduce((sum, x) => sum + x, 0) / n;
      value += mean;
      if (n > 1) variance += shares.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n;
    }
    const reach = DEVIATIONS * Math.sqrt(variance);
    return { value, low: value - reach, high: value + reach };
  }
}
