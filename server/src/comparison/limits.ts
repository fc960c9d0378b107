/** What one comparison may ask for. */
export const comparisonLimits = {
  subjects: 1000,
  tasks: 64,
  cells: 20_000,
  /** Subjects whose mean is bootstrapped: each takes a distribution per task. */
  bootstrapped: 100,
  /** Examples of one page of outcomes: each comes with its picture. */
  outcomesShown: 60,
  /** Comparisons that are kept under a name. */
  saved: 1000,
  /** Characters of a saved comparison's name, and of its state: a thousand subjects are 24 each. */
  savedName: 200,
  savedState: 32_768,
  /** Outcomes kept in memory between comparisons. */
  cachedBytes: 64 * 1024 * 1024,
} as const;
