import type { KeyedRandom } from '../contract/context.js';
import type { VectorPlace } from './merge-entries.js';

/** INVERSE_P: each kept entry over its own probability, so that the expectation is the entry. L1: all by one factor, so that Σ|x| is what it was. */
export const RESCALES = ['INVERSE_P', 'L1', 'NONE'] as const;
export type Rescale = (typeof RESCALES)[number];

/** Uniform numbers in [0, 1) for elements `offset … offset + count - 1`. */
export type Draw = (count: number, offset: number) => Float32Array;

/** Draws that belong to an adapter, a module, a vector and an element: whoever asks, in whatever order and pieces, gets the same. */
export const drawsFor =
  (random: KeyedRandom, { digest }: { readonly digest: string }, { module, vector }: VectorPlace): Draw =>
  (count, offset) =>
    random.uniform(['drop', digest, module, vector], count, offset);

/** Elements that are drawn at a time. */
const BLOCK = 65_536;

/**
 * Keeps entry i where its draw is below its probability, which is one for all or one for each. The draws do not depend on the probabilities, so a higher
 * probability keeps what a lower one keeps, and more. A probability of 1 keeps for certain.
 */
export function dropAtRandom(
  values: Float32Array,
  probability: number | Float32Array,
  draw: Draw,
  rescale: Rescale,
): Float32Array {
  if (typeof probability === 'number' && probability >= 1) return values;
  const each = typeof probability === 'number' ? undefined : probability;
  const shared = typeof probability === 'number' ? probability : 1;
  const kept = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += BLOCK) {
    const size = Math.min(BLOCK, values.length - start);
    const draws = draw(size, start);
    for (let i = 0; i < size; i += 1) {
      const p = each === undefined ? shared : each[start + i]!;
      if (draws[i]! < p) kept[start + i] = rescale === 'INVERSE_P' ? values[start + i]! / p : values[start + i]!;
    }
  }
  if (rescale === 'L1') matchMass(kept, values);
  return kept;
}

/** Scales `kept` to the L1 norm of `values`; where nothing is left, nothing can be scaled. */
function matchMass(kept: Float32Array, values: Float32Array): void {
  const left = massOf(kept);
  if (left === 0) return;
  const factor = massOf(values) / left;
  for (let i = 0; i < kept.length; i += 1) kept[i] = kept[i]! * factor;
}

/** Σ|x| in float64. */
function massOf(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += Math.abs(values[i]!);
  return sum;
}
