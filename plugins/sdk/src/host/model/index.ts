export { modelErrors } from './model-errors.js';
export { modelLimits } from './model-limits.js';
export type {
  FusedModel,
  FusedTensor,
  ModelFusionOutcome,
  ModelFusionProgress,
  ModelFusionRequest,
} from './model-run.js';
export { runModelFusion } from './run-model-fusion.js';
