import { adjustByHolm, exactMcNemar } from '@crucible/engine/comparison';
import { estimateDifference, haveSameExamples, pOf, type Estimate, type ScoredCell } from './summarize-cells.js';

/** How one method fares against another on the same subsets. */
export interface MethodComparison {
  /** Second less first, mean accuracy. */
  readonly difference: Estimate;
  /** Of no difference, two-sided, examples drawn anew. */
  readonly pValue: number;
  readonly pairs: number;
  /** Pairs where the second is better, and worse, by exact McNemar over all its examples, Holm over the pairs. */
  readonly better: number;
  readonly worse: number;
  /** Pairs where its mean is greater, and smaller, whatever the test says. */
  readonly above: number;
  readonly below: number;
}

/** Null where the two were not scored on the same examples, or not at all. */
export function compareMethods(
  pairs: readonly (readonly [ScoredCell, ScoredCell])[],
  alpha: number,
): MethodComparison | null {
  const difference = estimateDifference(pairs);
  if (difference === null) return null;
  const counted = pairs.map(([first, second]) => ({
    ...countDisagreements(first, second),
    means: meanOf(second) - meanOf(first),
  }));
  const adjusted = adjustByHolm(counted.map(exactMcNemar));
  const count = (holds: (pair: (typeof counted)[number], index: number) => boolean): number =>
    counted.filter(holds).length;
  return {
    difference,
    pValue: pOf(difference),
    pairs: pairs.length,
    better: count(({ onlyFirst, onlySecond }, i) => adjusted[i]! <= alpha && onlySecond > onlyFirst),
    worse: count(({ onlyFirst, onlySecond }, i) => adjusted[i]! <= alpha && onlySecond < onlyFirst),
    above: count(({ means }) => means > 0),
    below: count(({ means }) => means < 0),
  };
}

const meanOf = ({ scores }: ScoredCell): number =>
  scores.reduce((sum, { correct, n }) => sum + correct / n, 0) / scores.length;

/** Examples of all tasks that one alone got right. */
export function countDisagreements(
  first: ScoredCell,
  second: ScoredCell,
): { readonly onlyFirst: number; readonly onlySecond: number } {
  let [onlyFirst, onlySecond] = [0, 0];
  if (!haveSameExamples(first, second)) return { onlyFirst, onlySecond };
  for (const [place, { outcomes }] of first.scores.entries()) {
    const others = second.scores[place]!.outcomes;
    for (let i = 0; i < outcomes.length; i += 1) {
      if (outcomes[i]! > others[i]!) onlyFirst += 1;
      else if (outcomes[i]! < others[i]!) onlySecond += 1;
    }
  }
  return { onlyFirst, onlySecond };
}
