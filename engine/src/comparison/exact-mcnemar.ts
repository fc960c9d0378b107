import { comparisonErrors } from './errors.js';

/**
 * Two-sided p of McNemar's test without approximation: had each of the `onlyFirst + onlySecond` pairs that disagree fallen to either side by a fair coin, the
 * probability of a split at least as uneven. 1 where no pair disagrees. Equals a two-sided binomial test at 1/2.
 *
 * @throws COMPARISON_COUNT_INVALID
 */
export function exactMcNemar({
  onlyFirst,
  onlySecond,
}: {
  readonly onlyFirst: number;
  readonly onlySecond: number;
}): number {
  for (const [what, got] of Object.entries({ onlyFirst, onlySecond })) {
    if (!Number.isSafeInteger(got) || got < 0) throw comparisonErrors.countInvalid({ what, got });
  }
  const trials = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  if (2 * fewer === trials) return 1;
  return Math.min(1, 2 * lowerTail(trials, fewer));
}

/**
 * P(X ≤ k) of a fair coin's Binomial(n, 1/2), for k < n / 2. The term at k is the largest; the others follow from it by ratios below 1, so that nothing
 * cancels, and the sum ends where a term no longer counts.
 */
function lowerTail(n: number, k: number): number {
  let term = 1;
  let sum = 1;
  for (let i = k; i > 0; i -= 1) {
    term *= i / (n - i + 1);
    sum += term;
    if (term < sum * 1e-18) break;
  }
  return Math.exp(logChoose(n, k) - n * Math.LN2) * sum;
}

/** Sums of logarithms up to where Stirling's series is exact to the last digits. */
function logChoose(n: number, k: number): number {
  if (k < 1024) {
    let sum = 0;
    for (let i = 1; i <= k; i += 1) sum += Math.log((n - k + i) / i);
    return sum;
  }
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Stirling's series; for n ≥ 1024 the first term left out is below 1e-24. */
function logFactorial(n: number): number {
  const inverse = 1 / n;
  const square = inverse * inverse;
  return (
    (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + inverse * (1 / 12 - square * (1 / 360 - square / 1260))
  );
}
