/** What one request may ask for. */
export const serviceLimits = {
  sweepPoints: 256,
  sweepAxes: 4,
  evaluationTasks: 64,
  nameLength: 200,
} as const;
