import { normalQuantile, type Interval } from '../evaluation/index.js';
import { analysesErrors } from './errors.js';

/** The score of one task at one point of a curve. */
export interface TaskScore {
  readonly n: number;
  readonly correct: number;
  /** Wilson's. */
  readonly interval: Interval;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

/** One point on one split. */
export interface SplitScores {
  /** Mean accuracy over the tasks, each counting the same. */
  readonly mean: number;
  readonly interval: Interval;
  readonly tasks: readonly (TaskScore & { readonly accuracy: number })[];
}

export interface CurvePoint {
  readonly value: number;
  readonly validation: SplitScores;
  readonly test: SplitScores;
}

export interface OptionCurve {
  readonly points: readonly CurvePoint[];
  /** The point with the best mean on validation, the first of equal ones. Test was not looked at. */
  readonly chosen: number;
  /** The point with the best mean on test, the first of equal ones: what nobody may choose. */
  readonly bestOnTest: number;
  /** How much choosing on test would have flattered: its mean on test less that of the chosen one. 0 or more. */
  readonly optimism: number;
}

export interface ScoredValue {
  readonly value: number;
  readonly validation: readonly TaskScore[];
  readonly test: readonly TaskScore[];
}

/** A curve over the values of an option, and the choice that it suggests: made on validation alone. */
export function optionCurve(scored: readonly ScoredValue[]): OptionCurve {
  const tasks = scored[0]?.validation.length ?? 0;
  for (const { validation, test } of scored) {
    for (const scores of [validation, test]) {
      if (scores.length !== tasks || tasks === 0) {
        throw analysesErrors.scoresInvalid({ got: scores.length, expected: Math.max(1, tasks) });
      }
    }
  }
  const points = scored.map(({ value, validation, test }) => ({
    value,
    validation: splitScores(validation),
    test: splitScores(test),
  }));
  const best = (split: 'validation' | 'test'): number =>
    points.reduce((found, point, i) => (point[split].mean > points[found]![split].mean ? i : found), 0);
  const [chosen, bestOnTest] = [best('validation'), best('test')];
  const optimism = points.length === 0 ? 0 : points[bestOnTest]!.test.mean - points[chosen]!.test.mean;
  return { points, chosen, bestOnTest, optimism };
}

function splitScores(scores: readonly TaskScore[]): SplitScores {
  const tasks = scores.map((score) => ({ ...score, accuracy: score.correct / score.n }));
  const mean = tasks.reduce((sum, { accuracy }) => sum + accuracy, 0) / tasks.length;
  return { mean, interval: intervalOfMean(scores), tasks };
}

/**
 * Interval of a mean of independent proportions: Price and Bonett's (2004, "An improved confidence interval for a linear function of binomial proportions"),
 * which adds 2/k successes and 2/k failures to each of the k groups and so is neither empty nor too short near 0 and 1.
 */
export function intervalOfMean(
  groups: readonly { readonly n: number; readonly correct: number }[],
  confidence = 0.95,
): Interval {
  const k = groups.length;
  const z = normalQuantile((1 + confidence) / 2);
  const adjusted = groups.map(({ n, correct }) => ({ n: n + 4 / k, share: (correct + 2 / k) / (n + 4 / k) }));
  const centre = adjusted.reduce((sum, { share }) => sum + share, 0) / k;
  const variance = adjusted.reduce((sum, { n, share }) => sum + (share * (1 - share)) / n, 0) / k ** 2;
  const reach = z * Math.sqrt(variance);
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach), confidence };
}
