import type { Interval } from './score.js';
import { evaluationErrors } from './errors.js';
import { normalQuantile } from './normal-quantile.js';

/**
 * Wilson's interval of a proportion (1927): all p that a score test at this confidence does not reject, given `correct` of `n`. Unlike p̂ ± z·se it stays
 * within [0, 1] and is not empty at 0 or n.
 */
export function wilsonInterval(correct: number, n: number, confidence = 0.95): Interval {
  if (!(Number.isInteger(n) && n >= 1 && Number.isInteger(correct) && correct >= 0 && correct <= n)) {
    throw evaluationErrors.countInvalid({ correct, n });
  }
  const z = normalQuantile((1 + confidence) / 2);
  const share = correct / n;
  const centre = share + (z * z) / (2 * n);
  const reach = z * Math.sqrt((share * (1 - share)) / n + (z / (2 * n)) ** 2);
  const whole = 1 + (z * z) / n;
  // The bounds at 0 and n are exact; rounding would leave them a hair off.
  const low = correct === 0 ? 0 : (centre - reach) / whole;
  const high = correct === n ? 1 : (centre + reach) / whole;
  return { low, high, confidence };
}
