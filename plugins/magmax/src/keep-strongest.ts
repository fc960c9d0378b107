import { makeEntries } from '@crucible/sdk/elementwise';

/**
 * At each place the weighted entry of greatest magnitude, its sign kept, times λ. Of equal magnitudes the first in the order given stays, which is that of
 * the adapters' digests. Weighted in float64, rounded once.
 */
export function keepStrongest(
  values: readonly Float32Array[],
  weights: readonly number[],
  lambda: number,
): Float32Array {
  const strongest = new Float64Array(values[0]?.length ?? 0);
  values.forEach((own, m) => {
    const weight = weights[m]!;
    for (let i = 0; i < strongest.length; i += 1) {
      const value = weight * own[i]!;
      if (Math.abs(value) > Math.abs(strongest[i]!)) strongest[i] = value;
    }
  });
  return makeEntries(strongest.length, (i) => lambda * strongest[i]!);
}
