/** Options that the platform adds to those of a strategy, so that no strategy may have its own of these names. */
export const HOST_OPTIONS: readonly string[] = ['rule', 'schedules'];
