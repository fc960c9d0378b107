import { makeEntries } from '@crucible/sdk/elementwise';
import type { EmrRules } from './options.js';

/**
 * Elect: at each place the sign of the sum of all task vectors, and of the entries that have it the largest magnitude, τ_uni (EMR-Merging, arXiv 2405.17461,
 * section 3.2). Where the sum is exactly 0 the paper elects nothing, and its code the negative side. Sums are float64.
 */
export function unify(vectors: readonly Float32Array[], { zeroSign }: Pick<EmrRules, 'zeroSign'>): Float32Array {
  return makeEntries(vectors[0]?.length ?? 0, (at) => {
    let sum = 0;
    for (const values of vectors) sum += values[at]!;
    if (sum === 0 && zeroSign === 'ZERO') return 0;
    const sign = sum > 0 ? 1 : -1;
    let largest = 0;
    for (const values of vectors) largest = Math.max(largest, sign * values[at]!);
    return sign * largest || 0;
  });
}

/** Mask: the unified entries that point where the task's own do, times `factor`; 0 elsewhere. */
export function maskUnified(unified: Float32Array, own: Float32Array, factor: number): Float32Array {
  return makeEntries(own.length, (i) => (Math.sign(unified[i]!) * Math.sign(own[i]!) > 0 ? factor * unified[i]! : 0));
}

/** What a rescaler is a quotient of: Σ|τ_t| and Σ|M_t∘τ_uni|, in float64. */
export interface Masses {
  readonly own: number;
  readonly masked: number;
}

export function massesOf(unified: Float32Array, own: Float32Array): Masses {
  let mass = 0;
  let masked = 0;
  for (let i = 0; i < own.length; i += 1) {
    mass += Math.abs(own[i]!);
    // By signs, as the product of two denormals would vanish.
    if (Math.sign(unified[i]!) * Math.sign(own[i]!) > 0) masked += Math.abs(unified[i]!);
  }
  return { own: mass, masked };
}
