import { makeEntries } from '@crucible/sdk/elementwise';

export interface TouchRules {
  /** Magnitude above which an adapter counts as having touched an entry. */
  readonly epsilon: number;
  /** Factor on entries that one adapter alone has touched, by how much it shares: 1 + gain·clip(shared/unique, 0, cap). */
  readonly gain: number;
  readonly cap: number;
}

/**
 * Entries that one task alone has touched stay as they are, times its factor; those that several have touched are averaged over these; others are 0
 * (RAM, arXiv 2601.13572). With gain 0 the factor is 1. Float64, rounded once.
 */
export function mergeTouched(
  vectors: readonly Float32Array[],
  { epsilon, gain, cap }: TouchRules,
  lambda: number,
): Float32Array {
  const length = vectors[0]?.length ?? 0;
  const touched = new Uint16Array(length);
  for (const values of vectors)
    for (let i = 0; i < length; i += 1) if (Math.abs(values[i]!) > epsilon) touched[i]! += 1;
  const sums = new Float64Array(length);
  for (const values of vectors) {
    const factor = gain === 0 ? 1 : 1 + gain * Math.min(cap, sharedByUnique(values, touched, epsilon));
    for (let i = 0; i < length; i += 1) {
      if (Math.abs(values[i]!) > epsilon) sums[i]! += touched[i] === 1 ? factor * values[i]! : values[i]! / touched[i]!;
    }
  }
  return makeEntries(length, (i) => lambda * sums[i]!);
}

/** How many entries the task shares, over how many it has for itself; infinite where it has none. */
function sharedByUnique(values: Float32Array, touched: Uint16Array, epsilon: number): number {
  let shared = 0;
  let unique = 0;
  for (let i = 0; i < values.length; i += 1) {
    if (!(Math.abs(values[i]!) > epsilon)) continue;
    if (touched[i] === 1) unique += 1;
    else shared += 1;
  }
  return shared === 0 ? 0 : shared / unique;
}
