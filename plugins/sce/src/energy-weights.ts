import type { SceRules } from './options.js';

/** Below this sum mergekit takes equal weights: an absolute constant, so that its result does not scale with its input. */
const LEAST_SUM = 1e-6;

/** Weights in proportion to the mean squares of the task vectors, in float64; equal ones where all are zero, or where the rule says so. */
export function energyWeights(vectors: readonly Float32Array[], { smallWeights }: SceRules): readonly number[] {
  const means = vectors.map((values) => {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) sum += values[i]! * values[i]!;
    return sum / values.length;
  });
  const total = means.reduce((sum, mean) => sum + mean, 0);
  if (total === 0 || (smallWeights === 'UNIFORM' && total < LEAST_SUM)) return means.map(() => 1 / means.length);
  return means.map((mean) => mean / total);
}
