import { clampCosine } from './spherical.js';

/** How two vectors lie to each other: their inner products, and when they count as one line. */
export interface Pair {
  readonly xx: number;
  readonly yy: number;
  readonly xy: number;
}

/**
 * Coefficients of x and y in their spherical interpolation, t = 0 at x and t = 1 at y (Shoemake, SIGGRAPH 1985): sin((1 - t)ω)/sin ω and sin(tω)/sin ω, ω the
 * angle between x and y, applied to the vectors as they are long. Linear, 1 - t and t, where `colinear` says that the angle is none or a half turn, and
 * where one of the two is zero and has no direction.
 */
export function slerpCoefficients(
  { xx, yy, xy }: Pair,
  t: number,
  colinear: (cosine: number, sine: number) => boolean,
): readonly [number, number] {
  const lengths = Math.sqrt(Math.max(0, xx) * Math.max(0, yy));
  if (lengths === 0) return [1 - t, t];
  const cosine = clampCosine(xy / lengths);
  const angle = Math.acos(cosine);
  const sine = Math.sin(angle);
  if (colinear(cosine, sine)) return [1 - t, t];
  return [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}
