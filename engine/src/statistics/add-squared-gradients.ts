export interface LinearTrace {
  /** What the layer was given, `[examples · rows, in]`. */
  readonly x: Float32Array;
  /** Gradient of what it gave, `[examples · rows, out]`. */
  readonly dy: Float32Array;
  readonly examples: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/**
 * sum += Σ over examples of (Σ over an example's rows of dy xᵀ)², `[out, in]`, in float64. Row by row of the gradient, so that no example's whole matrix is ever
 * made; four inputs at once, so that each entry of a row is loaded and stored a quarter as often.
 */
export function addSquaredGradients(sum: Float64Array, trace: LinearTrace): void {
  const { x, dy, examples, inFeatures: width, outFeatures } = trace;
  const rows = x.length / width / examples;
  // Widened once per example, instead of at every use.
  const inputs = new Float64Array(rows * width);
  const row = new Float64Array(width);
  for (let example = 0; example < examples; example += 1) {
    inputs.set(x.subarray(example * rows * width, (example + 1) * rows * width));
    for (let out = 0; out < outFeatures; out += 1) {
      row.fill(0);
      const gradient = (r: number): number => dy[(example * rows + r) * outFeatures + out]!;
      let r = 0;
      for (; r + 4 <= rows; r += 4) {
        const [a, b, c, d] = [gradient(r), gradient(r + 1), gradient(r + 2), gradient(r + 3)];
        const [at, to] = [r * width, (r + 2) * width];
        for (let i = 0; i < width; i += 1) {
          const first = a * inputs[at + i]! + b * inputs[at + width + i]!;
          row[i]! += first + c * inputs[to + i]! + d * inputs[to + width + i]!;
        }
      }
      for (; r < rows; r += 1) {
        const a = gradient(r);
        for (let i = 0; i < width; i += 1) row[i]! += a * inputs[r * width + i]!;
      }
      const to = out * width;
      for (let i = 0; i < width; i += 1) sum[to + i]! += row[i]! * row[i]!;
    }
  }
}
