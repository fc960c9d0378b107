import { KEEP_ALL, mergeDisjointInto } from '@crucible/engine/kernels';
import { weightedSum } from '../host/fusion/weighted-sum.js';
import type { ModuleInput } from '../contract/strategy.js';
import { elementwiseErrors } from './errors.js';

/** How entries that agree with an elected sign become one, and how it is elected. Where votes cancel, it is +1. */
export interface ConsensusRules {
  /** MASS: the sign of the sum; COUNT: one vote per entry. */
  readonly signRule: 'MASS' | 'COUNT';
  /** Whether entries vote with their adapter's weight, or are weighted only when they are merged. */
  readonly weighting: 'BEFORE_ELECTION' | 'AFTER_ELECTION';
  readonly merge: 'MEAN' | 'SUM';
  /** What MEAN divides by: how many entries agree, or the sum of their weights. */
  readonly divisor: 'COUNT' | 'WEIGHTS';
}

/** LINEAR: Σ w·x, divided by Σ w of all adapters of the run where `normalize` says so. CONSENSUS: λ times what agrees. */
export type EntryMerge =
  | { readonly kind: 'LINEAR'; readonly normalize: boolean }
  | { readonly kind: 'CONSENSUS'; readonly lambda: number; readonly rules: ConsensusRules };

/**
 * Merges entries of equal place. Sums are float64, rounded to float32 once.
 *
 * @throws MERGE_WEIGHTS_CANCEL where a linear merge would divide by 0.
 */
export function mergeWith(
  values: readonly Float32Array[],
  weights: readonly number[],
  merge: EntryMerge,
  all: Pick<ModuleInput<unknown>, 'weights'>,
): Float32Array {
  const length = values[0]?.length ?? 0;
  if (merge.kind === 'LINEAR') {
    const factor = merge.normalize ? 1 / sumOfWeights(all.weights) : 1;
    return weightedSum(
      weights.map((weight) => factor * weight),
      values,
      length,
    );
  }
  const { signRule, weighting, ...rest } = merge.rules;
  const output = new Float32Array(length);
  mergeDisjointInto(
    values,
    weights.map((weight) => ({ weight, cut: KEEP_ALL })),
    {
      ...rest,
      vote: signRule,
      weightedVote: weighting === 'BEFORE_ELECTION',
      zeroSign: 1,
      lambda: merge.lambda,
    },
    output,
  );
  return output;
}

/** What a mean over all adapters of the run divides by. @throws MERGE_WEIGHTS_CANCEL */
export function sumOfWeights(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) throw elementwiseErrors.weightsCancel({ weights });
  return total;
}
