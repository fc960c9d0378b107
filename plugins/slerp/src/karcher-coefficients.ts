import type { Gram } from '@crucible/sdk/elementwise';
import { blend, clampCosine, dot, exponential, lengthOf, unit, type Combination } from './spherical.js';

export interface KarcherOptions {
  readonly maxIterations: number;
  readonly tolerance: number;
}

/**
 * The direction whose tangents to all unit vectors cancel, weighted: the mean on the sphere (Karcher 1977), found by following the mean tangent until it
 * is shorter than the tolerance; as long as the weighted mean of the lengths. Vectors that are zero have no direction, and count for the length alone.
 * `undefined` where the directions cancel, so that there is nothing to start from, or where one lies opposite to the mean.
 */
export function karcherCoefficients(
  gram: Gram,
  weights: readonly number[],
  { maxIterations, tolerance }: KarcherOptions,
): Combination | undefined {
  const { size } = gram;
  const lengths = weights.map((_, i) => Math.sqrt(Math.max(0, gram.data[i * size + i]!)));
  const zero: Combination = weights.map(() => 0);
  const used = lengths.flatMap((length, i) => (length > 0 && weights[i] !== 0 ? [i] : []));
  if (used.length === 0) return zero;
  const share = used.reduce((sum, i) => sum + weights[i]!, 0);
  const units = used.map((i) => ({ at: unit(size, i, 1 / lengths[i]!), weight: weights[i]! / share }));
  let mean = normalized(
    gram,
    units.reduce((sum, { at, weight }) => blend(1, sum, weight, at), zero),
  );
  for (let step = 0; step < maxIterations && mean !== undefined; step += 1) {
    const from: Combination = mean;
    const tangents = units.map(({ at, weight }) => tangentTo(gram, from, at, weight));
    if (tangents.includes(undefined)) return undefined;
    const tangent = tangents.reduce<Combination>((sum, own) => blend(1, sum, 1, own!), zero);
    const length = lengthOf(gram, tangent);
    if (length < tolerance) break;
    mean = normalized(gram, exponential(from, tangent, length));
  }
  const scale = lengths.reduce((sum, length, i) => sum + weights[i]! * length, 0);
  return mean?.map((value) => scale * value);
}

/** Directions that nearly cancel to rounding are none. */
const LEAST_LENGTH = 1e-12;

function normalized(gram: Gram, p: Combination): Combination | undefined {
  const length = lengthOf(gram, p);
  return length < LEAST_LENGTH ? undefined : p.map((value) => value / length);
}

/** weight·θ·(u - cos θ·m)/sin θ: what leads from m to u. None where u is m; no one where u lies opposite. */
function tangentTo(gram: Gram, m: Combination, u: Combination, weight: number): Combination | undefined {
  const cosine = clampCosine(dot(gram, m, u));
  const angle = Math.acos(cosine);
  const sine = Math.sin(angle);
  if (sine < LEAST_LENGTH) return cosine > 0 ? m.map(() => 0) : undefined;
  return blend((weight * angle) / sine, u, (-weight * angle * cosine) / sine, m);
}
