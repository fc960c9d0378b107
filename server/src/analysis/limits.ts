/** What one analysis may ask for, and what all of them together may hold. */
export const analysisLimits = {
  /** Adapters that one query compares. */
  adapters: 16,
  /** Bytes of the files that one query compares. */
  bytes: 8 * 2 ** 30,
  /** Adapters that one preview fuses. */
  previewAdapters: 32,
  /** Queries that wait for a process, beside the one that it works on. */
  waiting: 16,
  /** Comparisons that are remembered. */
  remembered: 32,
  /** Sets of adapters that are kept factorized, and the memory that they may take. */
  preparedSets: 8,
  preparedBytes: 1 << 30,
} as const;

/** Milliseconds after which a process that has not answered is ended. */
export const analysisTimeouts = { SIMILARITY: 900_000, PLAN: 120_000, PREVIEW: 600_000 } as const;

/** Milliseconds without a query after which a process is ended, and what it keeps let go. */
export const IDLE_MS = 900_000;
