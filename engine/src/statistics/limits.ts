/** Caps on what a file of statistics, or a computation of one, may ask of us. */
export const statisticsLimits = {
  /** Characters of the manifest's JSON. */
  manifestCharacters: 65_536,
  nameCharacters: 512,
  /** Modules in one file. */
  modules: 100_000,
  /** Rows or columns of one module's matrix: far above any published model's hidden width. */
  features: 65_536,
  /** Entries of one module's matrix, which is held in memory as a whole: 1 GiB in float32. */
  entries: 268_435_456,
  /** Examples that one computation may look at. */
  examples: 10_000_000,
} as const;
