import { multiplyTransposed, svd, type Matrix } from '../algebra/index.js';

/**
 * Cosines of the principal angles between the column spaces of `x [m, p]` and `y [m, q]`, both of orthonormal columns: the singular values of xᵀy,
 * falling, min(p, q) of them (Björck and Golub, "Numerical methods for computing angles between linear subspaces", 1973). 1: a common direction;
 * 0: at right angles.
 */
export function principalCosines(x: Matrix, y: Matrix): Float64Array {
  const count = Math.min(x.columns, y.columns);
  const cosines = new Float64Array(count);
  if (count === 0) return cosines;
  // Directions at right angles have no singular value above rounding: they stay 0.
  const { singularValues } = svd(multiplyTransposed(x, y));
  singularValues.forEach((value, i) => (cosines[i] = Math.min(1, value)));
  return cosines;
}

/** Mean of the squared cosines: 1 where the smaller space lies in the larger, 0 where they are at right angles, or where one is empty. */
export function subspaceOverlap(cosines: Float64Array): number {
  if (cosines.length === 0) return 0;
  return cosines.reduce((sum, cosine) => sum + cosine * cosine, 0) / cosines.length;
}
