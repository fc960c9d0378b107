/** Bounds on what one analysis may ask for. */
export const analysesLimits = {
  /** Steps along one axis of a grid: 101 × 101 points are a picture of their own. */
  gridSteps: 101,
  /** Values of a λ or density curve. */
  curvePoints: 101,
  /** Examples of one task. */
  examples: 100_000,
  /** Points × examples, over all tasks: the images that go through the model. */
  evaluations: 50_000_000,
} as const;
