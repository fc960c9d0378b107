import type { Gram } from '@crucible/sdk/elementwise';

/**
 * t·(mean of the vectors, by their weights) with t = N·c/(1 + (N - 1)·c), c the mean cosine over all pairs (Model Stock, arXiv 2403.19522, equation 6): the
 * point nearest to the centre of the fine-tuned weights, if they lie evenly around it. The more they agree, the less is left at the base.
 *
 * `total` is the number of adapters that have a weight, `sum` the sum of their weights, each with and without this module: a missing one is a zero vector,
 * whose cosine with any other is 0. A vector of weight 0 takes no part. One vector alone is itself.
 */
export function stockCoefficients(
  gram: Gram,
  weights: readonly number[],
  { total, sum }: { readonly total: number; readonly sum: number },
): readonly number[] {
  const ratio = interpolationRatio(gram, weights, total);
  return weights.map((weight) => (ratio * weight) / sum);
}

function interpolationRatio({ size, data }: Gram, weights: readonly number[], total: number): number {
  if (total <= 1) return 1;
  let cosines = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = i + 1; j < size; j += 1) {
      const lengths = Math.sqrt(Math.max(0, data[i * size + i]!) * Math.max(0, data[j * size + j]!));
      if (weights[i] === 0 || weights[j] === 0 || lengths === 0) continue;
      cosines += Math.max(-1, Math.min(1, data[i * size + j]! / lengths));
    }
  }
  const cosine = cosines / ((total * (total - 1)) / 2);
  const divisor = 1 + (total - 1) * cosine;
  // The unit vectors add up to nothing, so there is no direction in which to leave the base.
  return divisor < LEAST_DIVISOR ? 0 : (total * cosine) / divisor;
}

/** |Σ u_i|² is N times the divisor: below this it is rounding. */
const LEAST_DIVISOR = 1e-12;
