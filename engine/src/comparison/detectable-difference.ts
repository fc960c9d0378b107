import { normalQuantile } from '../evaluation/normal-quantile.js';
import { comparisonErrors } from './errors.js';
import { exactMcNemar } from './exact-mcnemar.js';

export interface DetectableOptions {
  readonly alpha?: number;
  /** Chance of seeing a difference that is there. */
  readonly power?: number;
}

/**
 * The smallest accuracy difference that a paired test on `n` examples finds with the given power, where the share `discordant` of the pairs disagrees: the δ that
 * solves n = (z_{1−α/2}·√ψ + z_power·√(ψ − δ²))² / δ² (Connor 1987). ψ itself where even that is not enough.
 *
 * @throws COMPARISON_COUNT_INVALID, COMPARISON_PROBABILITY_INVALID
 */
export function detectableDifference(
  { n, discordant }: { readonly n: number; readonly discordant: number },
  { alpha = 0.05, power = 0.8 }: DetectableOptions = {},
): number {
  if (!(Number.isSafeInteger(n) && n >= 1)) throw comparisonErrors.countInvalid({ what: 'examples', got: n });
  for (const [what, got] of Object.entries({ discordant, alpha, power })) {
    if (!(got >= 0 && got <= 1)) throw comparisonErrors.probabilityInvalid({ what, got });
  }
  if (discordant === 0) return 0;
  const a = normalQuantile(1 - alpha / 2) * Math.sqrt(discordant);
  const b = normalQuantile(power);
  const needed = (delta: number): number => ((a + b * Math.sqrt(discordant - delta * delta)) / delta) ** 2;
  let low = 0;
  let high = Math.min(discordant, 1);
  if (high * high > discordant || needed(high) > n) return high;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (needed(middle) > n) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The smallest accuracy difference that the exact test would call significant, where `disagreeing` pairs disagree: what these examples can show at all. Undefined
 * where no split of so few pairs is significant.
 */
export function leastSignificantDifference(
  { n, disagreeing }: { readonly n: number; readonly disagreeing: number },
  alpha = 0.05,
): number | undefined {
  if (!(Number.isSafeInteger(n) && n >= 1)) throw comparisonErrors.countInvalid({ what: 'examples', got: n });
  if (!(Number.isSafeInteger(disagreeing) && disagreeing >= 0 && disagreeing <= n)) {
    throw comparisonErrors.countInvalid({ what: 'disagreeing pairs', got: disagreeing });
  }
  let low = 0;
  let high = Math.floor(disagreeing / 2);
  const rejects = (fewer: number): boolean =>
    exactMcNemar({ onlyFirst: fewer, onlySecond: disagreeing - fewer }) <= alpha;
  if (!rejects(0)) return undefined;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (rejects(middle)) low = middle;
    else high = middle - 1;
  }
  return (disagreeing - 2 * low) / n;
}
