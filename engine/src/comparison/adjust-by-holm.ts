import { comparisonErrors } from './errors.js';

/**
 * Holm's step-down adjustment (1979): rejecting where the adjusted p is at most α keeps the chance of even one false rejection among all at most α, whatever
 * the dependence. In the order given; equal p's stay equal.
 *
 * @throws COMPARISON_PROBABILITY_INVALID
 */
export function adjustByHolm(pValues: readonly number[]): readonly number[] {
  for (const got of pValues) {
    if (!(got >= 0 && got <= 1)) throw comparisonErrors.probabilityInvalid({ what: 'p', got });
  }
  const order = pValues.map((_, index) => index).sort((x, y) => pValues[x]! - pValues[y]!);
  const adjusted = pValues.map(() => 0);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = least;
  });
  return adjusted;
}
