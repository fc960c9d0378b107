export { NO_TERMS, type Calculus, type LowRankTerm, type LowRankTerms } from './calculus/calculus.js';
export { createDual, type Dual, type DualOptions, type DualTerm } from './calculus/dual.js';
export { createEvaluator } from './calculus/evaluator.js';
export { createTangentEvaluator, type TangentEvaluator } from './calculus/tangent-evaluator.js';
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
export { createPromptHead, type PromptHead, type PromptHeadOptions } from './clip/prompt-head.js';
export { embedImages, type EmbedImagesOptions } from './embed-images.js';
export { embedTexts, type EmbedTextsOptions } from './embed-texts.js';
export { modelErrors } from './errors.js';
export {
  extractPatches,
  patchesPerSide,
  RAW_PREPROCESSING,
  tokensPerImage,
  type ImageBatch,
  type ImageGeometry,
  type Preprocessing,
} from './extract-patches.js';
export { families, parseModelConfig } from './families.js';
export {
  defineArchitecture,
  requireInput,
  type Architecture,
  type Model,
  type ModelFamily,
  type ModelInput,
  type ModelOutput,
  type ParameterSpec,
  type ParameterSpecs,
  type StoredShapes,
  type TextGeometry,
  type TokenBatch,
} from './model.js';
export { padTexts, type TokenizedText } from './pad-texts.js';
export { openImageModel, openModel, visionAsModel } from './open-model.js';
export { resolveUpdates } from './resolve-updates.js';
export { readConfig, type ConfigReader, type ModelJson } from './read-config.js';
export type { AttentionShape } from './operations/attention.js';
export type { BucketTable } from './operations/relative-bias.js';
export type { RotaryTable } from './operations/rotate.js';
export { imageEncoder, type ImageEncoder, type ImageModel } from './image-model.js';
export { initializeVisionModel } from './initialize-vision-model.js';
export { loadVisionModel, type VisionModel } from './load-vision-model.js';
export { modelLimits } from './limits.js';
export type { Activation } from './operations/activation.js';
export type { TensorFlow } from './operations/host-kernel.js';
export { formatVisionConfig, parseVisionConfig, type VisionConfig } from './vision-config.js';
export { matchTargets } from './match-targets.js';
export { visionLinearLayers, visionParameterShapes, type LinearShape } from './vision-parameters.js';
export { visionTower, type VisionOutput } from './vision-tower.js';
export { languageErrors } from './generation/errors.js';
export { generate, type GeneratedText, type GenerateOptions } from './generation/generate.js';
export {
  languageModel,
  predictsTokens,
  type CausalModel,
  type EncoderDecoder,
  type LanguageModel,
} from './generation/language-model.js';
export { padSequences, type Tokens } from './generation/pad-sequences.js';
export { readEndTokens } from './generation/read-end-tokens.js';
export { ForwardWeights } from './weights/forward-weights.js';
export { languageLimits } from './weights/language-limits.js';
export {
  measurePerplexity,
  type Perplexity,
  type PerplexityOptions,
  type TextLikelihood,
} from './likelihood/perplexity.js';
export {
  rankClasses,
  type ClassesExample,
  type ClassScore,
  type RankedClasses,
  type RankOptions,
} from './likelihood/rank-classes.js';
export {
  scoreContinuations,
  type Continuation,
  type Likelihood,
  type ScoringOptions,
} from './likelihood/score-continuations.js';
export {
  answerTexts,
  type AnsweredTexts,
  type AnswerMode,
  type AnswerTextsOptions,
} from './text-tasks/answer-texts.js';
export { encodePair, encodePrompt, type EncodingOptions, type TextCodec } from './text-tasks/encode-texts.js';
