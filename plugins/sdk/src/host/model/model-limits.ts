/** Bounds on one fusion of whole models. */
export const modelLimits = {
  /** Threads that tensors are shared out over. */
  workers: 64,
  /** Bytes of dense task vectors that may be in memory at one time; a larger tensor is worked on alone. */
  denseBytes: 1_200_000_000,
} as const;
