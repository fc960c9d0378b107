import { cutToCount, trimInto } from '@crucible/engine/kernels';

/**
 * Which places stay: of those at which the adapters differ at all, exactly trunc(share·places), where they differ most; among equals the first in row-major
 * order. 1 marks what stays. `adapterCount` counts adapters that lack the module as well: they are zeros there.
 */
export function selectByVariance(vectors: readonly Float32Array[], adapterCount: number, share: number): Float32Array {
  const deviations = deviationsOf(vectors, adapterCount);
  const differing = deviations.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  const kept = new Float32Array(deviations.length);
  trimInto(deviations, cutToCount(deviations, Math.trunc(differing * share)), kept);
  return kept.map((value) => (value > 0 ? 1 : 0));
}

/** Standard deviations over the adapters, in float64. They rank as variances do, and those of small deltas do not underflow in float32. */
function deviationsOf(vectors: readonly Float32Array[], adapterCount: number): Float32Array {
  const missing = adapterCount - vectors.length;
  return Float32Array.from({ length: vectors[0]?.length ?? 0 }, (_, at) => {
    let mean = 0;
    for (const values of vectors) mean += values[at]!;
    mean /= adapterCount;
    let sum = missing * mean * mean;
    for (const values of vectors) sum += (values[at]! - mean) ** 2;
    return Math.sqrt(sum / adapterCount);
  });
}
