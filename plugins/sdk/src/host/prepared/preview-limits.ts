/** Bounds on what one prepared set may take. */
export const previewLimits = {
  /** Bytes of cores in memory; 4 adapters of rank 16 on the 112 modules of a 1B model take 33 MB. */
  bytes: 512 << 20,
  /** Sum of the ranks of one module: spectra of its core take the cube of it. */
  stackedRank: 512,
} as const;
