/** Bounds on what a training may ask for. */
export const trainingLimits = {
  rank: 4096,
  steps: 10_000_000,
  batchSize: 65_536,
  accumulate: 4096,
  /** Points of a search for settings. */
  trials: 10_000,
} as const;
