/** What one experiment may ask for. */
export const experimentLimits = {
  modes: 16,
  /** Subsets of so many are 65,519. */
  tasks: 16,
  strategies: 32,
  seeds: 32,
  /** Options that one strategy chooses from. */
  points: 64,
  cells: 20_000,
} as const;

/** Examples per task that options are chosen by unless told. */
export const VALIDATION_EXAMPLES = 250;
