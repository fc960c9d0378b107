import { comparisonErrors } from './errors.js';

/** How two models fared on the same examples. */
export interface PairedCounts {
  readonly n: number;
  readonly bothRight: number;
  /** Right by the first alone. */
  readonly onlyFirst: number;
  /** Right by the second alone. */
  readonly onlySecond: number;
  readonly bothWrong: number;
}

/** Counts pairs of outcomes: one byte per example, 1 where it was right, both in the order of the same split. */
export function countPairs(first: Uint8Array, second: Uint8Array): PairedCounts {
  if (first.length !== second.length) {
    throw comparisonErrors.lengthsDiffer({ first: first.length, second: second.length });
  }
  if (first.length === 0) throw comparisonErrors.countInvalid({ what: 'examples', got: 0 });
  const counts = [0, 0, 0, 0];
  for (let index = 0; index < first.length; index += 1) {
    const x = first[index]!;
    const y = second[index]!;
    if (x > 1 || y > 1) throw comparisonErrors.outcomeInvalid({ index, got: Math.max(x, y) });
    counts[2 * x + y]! += 1;
  }
  const [bothWrong, onlySecond, onlyFirst, bothRight] = counts as [number, number, number, number];
  return { n: first.length, bothRight, onlyFirst, onlySecond, bothWrong };
}

/** Accuracy of the second less that of the first. */
export const differenceOf = ({ n, onlyFirst, onlySecond }: PairedCounts): number => (onlySecond - onlyFirst) / n;
