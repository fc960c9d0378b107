import { cutToCount, trimInto } from '@crucible/engine/kernels';
import { makeEntries } from '@crucible/sdk/elementwise';

/**
 * Which places stay: of those at which the adapters differ at all, exactly trunc(share·places), where they differ most; among equals the first in row-major
 * order. 1 marks what stays. `adapterCount` counts adapters that lack the module as well: they are zeros there.
 */
export function selectByVariance(vectors: readonly Float32Array[], adapterCount: number, share: number): Float32Array {
  const deviations = deviationsOf(vectors, adapterCount);
  let differing = 0;
  for (let i = 0; i < deviations.length; i += 1) if (deviations[i]! > 0) differing += 1;
  const kept = new Float32Array(deviations.length);
  trimInto(deviations, cutToCount(deviations, Math.trunc(differing * share)), kept);
  return makeEntries(kept.length, (i) => (kept[i]! > 0 ? 1 : 0));
}

/** Standard deviations over the adapters, in float64. They rank as variances do, and those of small deltas do not underflow in float32. */
function deviationsOf(vectors: readonly Float32Array[], adapterCount: number): Float32Array {
  const missing = adapterCount - vectors.length;
  return makeEntries(vectors[0]?.length ?? 0, (at) => {
    let mean = 0;
    for (const values of vectors) mean += values[at]!;
    mean /= adapterCount;
    let sum = missing * mean * mean;
    for (const values of vectors) sum += (values[at]! - mean) ** 2;
    return Math.sqrt(sum / adapterCount);
  });
}
