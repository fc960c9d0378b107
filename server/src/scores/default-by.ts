import type { AnswerMode, LanguageModel } from '@crucible/engine/models';

interface Asked {
  readonly kind: LanguageModel['kind'];
  /** Whether answers are classes. */
  readonly isClass: boolean;
  /** Whether the metric is of likelihoods. */
  readonly isLikelihood: boolean;
}

/**
 * How a language model is asked unless told: encoder-decoders write the answer, which is the protocol of "Parameter Efficient Multi-task Model Fusion with Partial
 * Linearization" (and of FusionBench) for T5; decoder-only models, which untrained seldom stop after one word, rank the classes. Numbers and texts are
 * written, likelihoods judged.
 */
export function defaultBy({ kind, isClass, isLikelihood }: Asked): AnswerMode {
  if (isLikelihood) return 'LIKELIHOOD';
  return isClass && kind === 'CAUSAL' ? 'RANK' : 'GENERATE';
}
