/** Bounds on what discovery takes from other people's packages. */
export const pluginLimits = {
  /** A package.json is read whole before it is checked. */
  packageJsonBytes: 1 << 20,
  /** Packages that one host may install. */
  packages: 1024,
  /** Strategies and adapter methods that one manifest may announce, of each kind. */
  announced: 256,
  /** An import that has not ended by then, for instance for a top-level await, is given up. Milliseconds. */
  importTimeout: 20_000,
} as const;
