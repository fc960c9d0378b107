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
export { extractLora, type ExtractedLora, type ExtractLoraRequest } from '@crucible/engine/checkpoints';
export { planModelFusion, type ModelFusionPlanRequest, type PlannedModelFusion } from './plan-model-fusion.js';
