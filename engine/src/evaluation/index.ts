export { evaluationErrors } from './errors.js';
export { normalQuantile } from './normal-quantile.js';
export { scoreEmbeddings, type CosineHead } from './score-embeddings.js';
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
