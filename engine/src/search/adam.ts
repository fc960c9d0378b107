/** Adam's constants; torch's defaults, except for the rate, which has none that is right everywhere. */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

export interface Adam {
  /** The point after one step down the gradient. */
  step(point: readonly number[], gradient: readonly number[]): readonly number[];
}

/**
 * Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) in float64, for the few numbers that a search of coefficients has:
 * x ← x − η m̂ / (√v̂ + ε), with m̂ and v̂ the bias-corrected moving means of the gradient and of its square.
 */
export function createAdam(dimension: number, options: AdamOptions): Adam {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const first = new Float64Array(dimension);
  const second = new Float64Array(dimension);
  let count = 0;
  return {
    step(point, gradient) {
      count += 1;
      return point.map((x, i) => {
        const g = gradient[i]!;
        first[i] = beta1 * first[i]! + (1 - beta1) * g;
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        const mean = first[i]! / (1 - beta1 ** count);
        const deviation = Math.sqrt(second[i]! / (1 - beta2 ** count));
        return x - (learningRate * mean) / (deviation + epsilon);
      });
    },
  };
}
