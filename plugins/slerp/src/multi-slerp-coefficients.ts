import type { Gram } from '@crucible/sdk/elementwise';
import { blend, dot, exponential, lengthOf, unit, type Combination } from './spherical.js';

/**
 * One step from the normalized weighted mean m of the unit vectors u_i: each is projected on the tangent at m, u_i - ⟨u_i, m⟩·m, their weighted sum v is
 * followed along the sphere, and the result is as long as the weighted sum of the lengths (mergekit's `multislerp`). `undefined` where the mean
 * direction is shorter than `eps`. Vectors that are zero have no direction, and count for the length alone.
 */
export function multiSlerpCoefficients(gram: Gram, weights: readonly number[], eps: number): Combination | undefined {
  const { size } = gram;
  const lengths = weights.map((_, i) => Math.sqrt(Math.max(0, gram.data[i * size + i]!)));
  const zero: Combination = weights.map(() => 0);
  if (lengths.every((length) => length === 0)) return zero;
  const units = lengths.map((length, i) => unit(size, i, length === 0 ? 0 : 1 / length));
  const mean = units.reduce((sum, own, i) => blend(1, sum, weights[i]!, own), zero);
  const size0 = lengthOf(gram, mean);
  if (size0 < eps) return undefined;
  const m = blend(1 / size0, mean, 0, mean);
  const tangent = units.reduce((sum, own, i) => {
    const share = lengths[i] === 0 ? 0 : weights[i]!;
    return blend(1, sum, share, blend(1, own, -dot(gram, own, m), m));
  }, zero);
  const distance = lengthOf(gram, tangent);
  const direction = distance < eps ? m : exponential(m, tangent, distance);
  const scale = lengths.reduce((sum, length, i) => sum + weights[i]! * length, 0);
  return direction.map((value) => scale * value);
}
