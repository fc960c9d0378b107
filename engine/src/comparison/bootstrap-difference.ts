import { createKeyedRandom } from '../random/index.js';
import { comparisonErrors } from './errors.js';
import { differenceOf, type PairedCounts } from './paired-counts.js';
import { resampledDifferences, type DifferenceDistribution } from './resampled-differences.js';

export interface BootstrapOptions {
  readonly confidence?: number;
  /** Draws, where several tasks are averaged. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** A difference of mean accuracies, second less first, with the interval that resampling the examples gives it. */
export interface BootstrappedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
}

/**
 * Paired percentile bootstrap (Efron 1979) of the unweighted mean over tasks of the accuracy differences: the examples of each task are drawn anew with
 * replacement, pairs kept together, tasks kept as they are. Of one task it is exact, since a pair's difference takes three values only: no draws. Of several the
 * mean is drawn `resamples` times from the exact distributions of its tasks, by numbers that depend on the seed alone.
 *
 * @throws COMPARISON_COUNT_INVALID, COMPARISON_PROBABILITY_INVALID
 */
export function bootstrapDifference(
  tasks: readonly PairedCounts[],
  { confidence = 0.95, resamples = 20_000, seed = 0 }: BootstrapOptions = {},
): BootstrappedDifference {
  if (tasks.length === 0) throw comparisonErrors.countInvalid({ what: 'tasks', got: 0 });
  if (!(confidence > 0 && confidence < 1)) {
    throw comparisonErrors.probabilityInvalid({ what: 'confidence', got: confidence });
  }
  if (!(Number.isInteger(resamples) && resamples >= 100 && resamples <= MOST_RESAMPLES)) {
    throw comparisonErrors.countInvalid({ what: 'resamples', got: resamples });
  }
  const difference = tasks.reduce((sum, counts) => sum + differenceOf(counts), 0) / tasks.length;
  const distributions = tasks.map(resampledDifferences);
  const tail = (1 - confidence) / 2;
  const [first] = distributions;
  if (distributions.length === 1) {
    return { difference, low: first!.quantile(tail), high: first!.quantile(1 - tail), confidence };
  }
  const means = drawMeans(distributions, resamples, seed).sort();
  const at = (p: number): number => means[Math.min(resamples - 1, Math.max(0, Math.ceil(p * resamples) - 1))]!;
  return { difference, low: at(tail), high: at(1 - tail), confidence };
}

export const MOST_RESAMPLES = 1_000_000;

function drawMeans(distributions: readonly DifferenceDistribution[], resamples: number, seed: number): Float64Array {
  const random = createKeyedRandom(seed);
  const means = new Float64Array(resamples);
  distributions.forEach((distribution, task) => {
    const uniform = random.uniform(['bootstrap', task], resamples);
    for (let i = 0; i < resamples; i += 1) means[i]! += distribution.quantile(uniform[i]!) / distributions.length;
  });
  return means;
}
