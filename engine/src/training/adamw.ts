/** What AdamW remembers of one parameter: the moving averages of its gradient and of the gradient's square. */
export interface AdamWMoments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface AdamWOptions {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export const createMoments = (size: number): AdamWMoments => ({
  first: new Float32Array(size),
  second: new Float32Array(size),
});

/**
 * One step of AdamW (Loshchilov and Hutter 2019, algorithm 2) as torch.optim.AdamW takes it: w ← w (1 − η λ) − η m̂ / (√v̂ + ε), decay before the step and
 * decoupled from the gradient. Changes `values` and `moments` in place; arithmetic in float64, stored in float32.
 *
 * @param step 1 for the first
 */
export function stepAdamW(
  values: Float32Array,
  gradient: ArrayLike<number>,
  moments: AdamWMoments,
  step: number,
  { learningRate, weightDecay, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamWOptions,
): void {
  const { first, second } = moments;
  const keep = 1 - learningRate * weightDecay;
  const size = learningRate / (1 - beta1 ** step);
  const correction = 1 / Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < values.length; i += 1) {
    const g = gradient[i]!;
    const m = first[i]! * beta1 + g * (1 - beta1);
    const v = second[i]! * beta2 + g * g * (1 - beta2);
    first[i] = m;
    second[i] = v;
    values[i] = values[i]! * keep - (size * m) / (Math.sqrt(v) * correction + epsilon);
  }
}
