/** What one comparison may ask for. */
export const comparisonLimits = {
  subjects: 1000,
  tasks: 64,
  cells: 20_000,
  /** Subjects whose mean is bootstrapped: each takes a distribution per task. */
  bootstrapped: 100,
  /** Outcomes kept in memory between comparisons. */
  cachedBytes: 64 * 1024 * 1024,
} as const;
