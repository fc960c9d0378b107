/** Bounds on what a language model's configuration or a call may ask for, far above any published model. */
export const languageLimits = {
  vocabulary: 2_000_000,
  hiddenSize: 65_536,
  intermediateSize: 524_288,
  layers: 1024,
  heads: 1024,
  positions: 16_777_216,
  buckets: 65_536,
  /** Sequences of one call. */
  sequences: 1_000_000,
  /** Tokens of one sequence, prompt and continuation together. */
  tokens: 131_072,
} as const;
