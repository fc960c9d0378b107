import {
  adjustByHolm,
  bootstrapDifference,
  countPairs,
  exactMcNemar,
  findDominated,
  leastSignificantDifference,
  type BootstrappedDifference,
  type PairedCounts,
} from '@crucible/engine/comparison';

/** One score of a subject, with what each example gave. */
export interface ScoredCell {
  readonly value: number;
  readonly outcomes: Uint8Array;
}

/** How a subject's score differs from the reference's on the same examples. */
export interface PairedDifference {
  readonly difference: number;
  /** Exact McNemar, two-sided. */
  readonly pValue: number;
  /** By Holm over the tasks of the subject. */
  readonly pAdjusted: number;
  readonly significant: boolean;
  /** Right by the reference alone, and by the subject alone. */
  readonly lost: number;
  readonly won: number;
  /** Least difference that a test on these pairs would call significant; null where they are too few to show any. */
  readonly leastSignificant: number | null;
}

export interface ComparedRow {
  /** Over the tasks in common, where every task has a score. */
  readonly mean: number | null;
  readonly worst: number | null;
  /** Place of the worst among the tasks. */
  readonly worstTask: number | null;
  readonly dominated: boolean;
  readonly meanDifference: BootstrappedDifference | null;
  /** One per task; null where the subject or the reference has no score, or they are one score. */
  readonly differences: readonly (PairedDifference | null)[];
}

/**
 * Compares rows of scores with reference scores, task by task, on the same examples. Significance is controlled row by row: of one subject's tasks together, the
 * chance of any false claim is at most `alpha` (Holm). Dominated: another subject has both a better or equal mean and worst task, and one of them better.
 *
 * @param rows `[subject][task]`, null where there is no score.
 * @param references `[subject][task]`: what each is compared with.
 */
export function compareScores(
  rows: readonly (readonly (ScoredCell | null)[])[],
  references: readonly (readonly (ScoredCell | null)[])[],
  options: { readonly alpha: number; readonly seed: number; readonly bootstrap: boolean },
): readonly ComparedRow[] {
  const summaries = rows.map(summarize);
  const complete = summaries.flatMap((row, index) =>
    row.mean === null ? [] : [{ x: row.mean, y: row.worst!, index }],
  );
  const beaten = findDominated(complete);
  const dominated = new Set(complete.filter((_, i) => beaten[i]).map(({ index }) => index));
  return rows.map((row, subject) => {
    const pairs = row.map((cell, task) => pairsOf(references[subject]?.[task] ?? null, cell));
    const differences = differencesOf(pairs, options.alpha);
    const all = pairs.every((counts) => counts !== null) ? pairs : [];
    return {
      ...summaries[subject]!,
      dominated: dominated.has(subject),
      meanDifference: options.bootstrap && all.length > 0 ? bootstrapDifference(all, { seed: options.seed }) : null,
      differences,
    };
  });
}

function summarize(row: readonly (ScoredCell | null)[]): Pick<ComparedRow, 'mean' | 'worst' | 'worstTask'> {
  const values = row.map((cell) => cell?.value ?? Number.NaN);
  if (values.length === 0 || values.some(Number.isNaN)) return { mean: null, worst: null, worstTask: null };
  const worst = Math.min(...values);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    worst,
    worstTask: values.indexOf(worst),
  };
}

/** None where there is nothing to compare: no score or no outcomes on one side, the very same score, or scores of another number of examples. */
function pairsOf(reference: ScoredCell | null, cell: ScoredCell | null): PairedCounts | null {
  if (reference === null || cell === null || reference === cell) return null;
  const n = cell.outcomes.length;
  return n > 0 && reference.outcomes.length === n ? countPairs(reference.outcomes, cell.outcomes) : null;
}

function differencesOf(pairs: readonly (PairedCounts | null)[], alpha: number): readonly (PairedDifference | null)[] {
  const tested = pairs.flatMap((counts, task) => (counts === null ? [] : [{ task, counts, p: exactMcNemar(counts) }]));
  const adjusted = adjustByHolm(tested.map(({ p }) => p));
  const byTask = new Map(
    tested.map(({ task, counts, p }, i) => {
      const { n, onlyFirst, onlySecond } = counts;
      const least = leastSignificantDifference({ n, disagreeing: onlyFirst + onlySecond }, alpha);
      const difference: PairedDifference = {
        difference: (onlySecond - onlyFirst) / n,
        pValue: p,
        pAdjusted: adjusted[i]!,
        significant: adjusted[i]! <= alpha,
        lost: onlyFirst,
        won: onlySecond,
        leastSignificant: least ?? null,
      };
      return [task, difference] as const;
    }),
  );
  return pairs.map((_, task) => byTask.get(task) ?? null);
}
