export { NO_TERMS, type Calculus, type LowRankTerm, type LowRankTerms } from './calculus/calculus.js';
export { createDual, type Dual, type DualOptions, type DualTerm } from './calculus/dual.js';
export { createEvaluator } from './calculus/evaluator.js';
export { foldUpdates, type FoldedWeights, type LowRankUpdate, type LowRankUpdates } from './calculus/fold-updates.js';
export { ModelWeights, type Parameter, type ParameterMap, type WeightSource } from './calculus/model-weights.js';
export { createTape, type LinearObserver, type Tape, type TapeOptions, type TapeValue } from './calculus/tape.js';
export {
  cosineEntropy,
  cosineLogits,
  cosineLoss,
  type CosineEntropy,
  type CosineLoss,
  type CosineLossInput,
} from './cosine-head.js';
export { embedImages, type EmbedImagesOptions } from './embed-images.js';
export { modelErrors } from './errors.js';
export { extractPatches, RAW_PREPROCESSING, type ImageBatch, type Preprocessing } from './extract-patches.js';
export { initializeVisionModel } from './initialize-vision-model.js';
export { loadVisionModel, type VisionModel } from './load-vision-model.js';
export { modelLimits } from './limits.js';
export type { Activation } from './operations/activation.js';
export type { TensorFlow } from './operations/host-kernel.js';
export {
  formatVisionConfig,
  parseVisionConfig,
  patchesPerSide,
  tokensPerImage,
  type VisionConfig,
} from './vision-config.js';
export { matchTargets } from './match-targets.js';
export { visionLinearLayers, visionParameterShapes, type LinearShape } from './vision-parameters.js';
export { visionTower, type VisionOutput } from './vision-tower.js';
