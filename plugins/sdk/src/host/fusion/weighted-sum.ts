/** Elements that are summed at a time: their float64 accumulator stays in the first-level cache. */
const BLOCK = 2048;

/**
 * Σ coefficients[i] · vectors[i], accumulated in float64 in the order given and rounded to float32 once. No vectors give zeros of `length`.
 * The result depends on nothing but the arguments.
 */
export function weightedSum(
  coefficients: readonly number[],
  vectors: readonly Float32Array[],
  length: number,
): Float32Array {
  const out = new Float32Array(length);
  const sums = new Float64Array(BLOCK);
  for (let start = 0; start < length; start += BLOCK) {
    const end = Math.min(start + BLOCK, length);
    sums.fill(0);
    vectors.forEach((vector, i) => accumulate(sums, vector, coefficients[i]!, start, end));
    for (let at = start; at < end; at += 1) out[at] = sums[at - start]!;
  }
  return out;
}

function accumulate(sums: Float64Array, vector: Float32Array, coefficient: number, start: number, end: number): void {
  for (let at = start; at < end; at += 1) sums[at - start]! += coefficient * vector[at]!;
}
