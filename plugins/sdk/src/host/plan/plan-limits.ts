/** Bounds on what one plan may say. */
export const planLimits = {
  /** Issues between modules that are told one by one. */
  issues: 100,
} as const;
