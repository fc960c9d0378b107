/** One adapter's update of a module, `[out, in]`, row-major. */
export interface WeighedItem {
  readonly delta: Float32Array;
  /** Mean squared gradient of each entry. */
  readonly fisher: Float32Array;
  /** What the adapter's information is divided by. */
  readonly divisor: number;
  readonly weight: number;
}

/**
 * ΔW = Σ w_i F_i ∘ ΔW_i / Σ w_i F_i entry by entry, with F_i = max(fisher_i / divisor_i, floor) (Matena and Raffel, arXiv 2111.09832, equation 5, with the
 * floor of their code): the maximum of the product of Gaussians around the adapters whose precisions are F_i. Float64, rounded once.
 *
 * Where all F_i are equal it is the weighted mean; an entry without information (floor 0) is 0. Any order gives the same to rounding.
 */
export function weighByFisher(items: readonly WeighedItem[], floor: number, lambda: number): Float32Array {
  const merged = new Float32Array(items[0]!.delta.length);
  for (let at = 0; at < merged.length; at += 1) {
    let sum = 0;
    let total = 0;
    for (const { delta, fisher, divisor, weight } of items) {
      const information = weight * Math.max(fisher[at]! / divisor, floor);
      sum += information * delta[at]!;
      total += information;
    }
    merged[at] = total > 0 ? (lambda * sum) / total : 0;
  }
  return merged;
}
