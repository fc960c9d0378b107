import type { ObjectiveValue } from '@crucible/sdk';
import type { LoraHubOptions } from './options.js';

export interface Scored {
  readonly loss: number;
  readonly penalty: number;
  readonly objective: number;
}

/** What a loss that is not finite counts as: worse than any other, and still a number that a trace can hold. */
export const WORST = Number.MAX_VALUE;

/**
 * loss + l1 · mean|w|, with the mean cross-entropy of the examples as loss.
 *
 * The reference sums the means of its batches and divides by the number of examples, so that a batch of 5 makes the loss 5 times too small beside the
 * penalty (lorahub/algorithm.py, default_get_loss). REFERENCE_DIVISION repeats that; it is exact where all batches are full.
 */
export function scoreObjective(
  { loss, examples }: ObjectiveValue,
  coefficients: readonly number[],
  { l1, compat, compatBatchSize }: LoraHubOptions,
): Scored {
  const penalty = (l1 * coefficients.reduce((sum, w) => sum + Math.abs(w), 0)) / coefficients.length;
  const divided = compat === 'NONE' ? loss : (loss * Math.ceil(examples / compatBatchSize)) / examples;
  if (!Number.isFinite(divided)) return { loss: WORST, penalty, objective: WORST };
  return { loss: divided, penalty, objective: divided + penalty };
}
