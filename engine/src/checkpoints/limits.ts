/** Caps on what a checkpoint may ask of us. Each is crossed by a test. */
export const checkpointLimits = {
  /** Bytes of config.json. */
  configBytes: 16_777_216,
  /** Bytes of one tokenizer or configuration file that is copied beside the weights. */
  companionBytes: 536_870_912,
  /** Such files. */
  companions: 256,
  /** Checkpoints that are compared with their base. */
  models: 64,
  /** Files that a merged model is split into. */
  shards: 1000,
  /** Rank of an extracted adapter. */
  extractedRank: 4096,
  /** Tensors that one message names. */
  namedTensors: 5,
} as const;
