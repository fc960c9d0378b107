/** Caps on what an adapter's or frame's file may ask of us. */
export const adapterLimits = {
  /** Rank of one module. Exact fusions concatenate ranks, so it is far above what anybody trains. */
  rank: 65_536,
  /** Characters of the manifest's JSON. */
  manifestCharacters: 4_194_304,
  /** Characters of the name of an adapter or module. */
  nameCharacters: 512,
  targetModules: 100_000,
  provenanceEntries: 1000,
  /** Bytes of adapter_config.json. */
  configBytes: 16_777_216,
  /** Keys of rank_pattern or alpha_pattern, and characters of one. */
  patterns: 10_000,
  patternCharacters: 512,
  /** Steps that matching all patterns with all modules may take at worst: seconds. */
  patternSteps: 1e9,
  /** Notices, and reasons of refusal, that an inspection lists. */
  findings: 200,
  /** Rank, the smaller side, of a tensor trained whole that an import takes as a low-rank update of full rank. */
  fullUpdateRank: 2048,
  /** Entries of such a tensor. */
  fullUpdateElements: 67_108_864,
  /** Greatest scale that an import takes, far above any alpha in use: beyond it updates leave float32. */
  scale: 1e9,
  /** Rank up to which an inspection computes singular values. */
  spectrumRank: 512,
  /** Files that a folder of adapters may hold at its top. */
  folderEntries: 1000,
} as const;
