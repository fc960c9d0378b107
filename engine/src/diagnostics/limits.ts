/** Bounds on what one comparison may ask for. */
export const diagnosticsLimits = {
  /** Pairs grow with the square of it. */
  adapters: 32,
  /** Modules of all adapters together. */
  modules: 100_000,
  /** Sum of the ranks of one module: its core is a square of this side. */
  stackedRank: 4_096,
} as const;
