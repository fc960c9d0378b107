export {
  createCoefficientModel,
  type CoefficientBatch,
  type CoefficientGradient,
  type CoefficientLoss,
  type CoefficientModel,
  type CoefficientModelOptions,
  type CoefficientModule,
  type CoefficientPart,
} from './coefficient-model.js';
export { evaluationErrors } from './errors.js';
export { meanEntropy } from './mean-entropy.js';
export { normalQuantile } from './normal-quantile.js';
export { scoreEmbeddings, type CosineHead } from './score-embeddings.js';
export { scoreLogits, type ScoredLogits } from './score-logits.js';
export type { EvaluationResult, Interval } from './score.js';
export {
  createScorer,
  evaluate,
  type EvaluateOptions,
  type ScoredModel,
  type ScoreOptions,
  type Scorer,
  type WorkOptions,
} from './scorer.js';
export { wilsonInterval } from './wilson-interval.js';
