export {
  openCheckpointWriter,
  type CheckpointWriter,
  type CheckpointWriterOptions,
  type WrittenCheckpoint,
  type WrittenShard,
} from './checkpoint-writer.js';
export {
  compareCheckpoints,
  type CheckpointComparison,
  type ComparedTensor,
  type CompareOptions,
  type VocabularyRule,
} from './compare-checkpoints.js';
export { changeConfig, copyCompanions, type CompanionChanges } from './copy-companions.js';
export { deltasOfPeft } from './deltas-of-peft.js';
export { checkpointErrors } from './errors.js';
export { extractLora, type ExtractedLora, type ExtractedModule, type ExtractLoraRequest } from './extract-lora.js';
export { fingerprintCheckpoint } from './fingerprint-checkpoint.js';
export {
  areFinite,
  decodeFloats,
  encodeFloats,
  floatBytes,
  FLOAT_DTYPES,
  isFloatDtype,
  type FloatDtype,
} from './float-dtype.js';
export { checkpointLimits } from './limits.js';
export { locateModules } from './locate-modules.js';
export { locateTensor, openCheckpoint, type Checkpoint, type TensorLocation } from './open-checkpoint.js';
export { DEFAULT_SHARD_BYTES } from './plan-shards.js';
export { findTiedPair, isVocabularyTensor, type TiedPair } from './tied-weights.js';
export {
  outputDtype,
  TORCH_NAMES,
  writeMergedModel,
  type DenseDeltas,
  type MergedAdapter,
  type MergedModel,
  type MergedModelRequest,
  type OutputDtype,
} from './write-merged-model.js';
