/** What one request may ask for. */
export const serviceLimits = {
  sweepPoints: 256,
  sweepAxes: 4,
  evaluationTasks: 64,
  nameLength: 200,
  /** Each is read as a stream of its own beside the others. */
  fusedModels: 32,
  targets: 1000,
  /** Files that a task is made of. */
  taskFiles: 10_000,
} as const;
