import { sliceColumns, sliceRows, type Matrix } from './matrix.js';
import { multiply } from './multiply.js';
import { svd } from './svd.js';

/**
 * U·Vᵀ of x's own SVD U·diag(S)·Vᵀ: the closest matrix to x with orthonormal columns (or rows, where x is wide), O(m n p). Directions whose singular
 * value is below `floor` times the largest are left out, so that the result stays a function of x where x has not full rank: a partial isometry.
 */
export function polarFactor(x: Matrix, floor = 0): Matrix {
  const { u, singularValues, vt } = svd(x);
  const kept = countAbove(singularValues, floor);
  return multiply(sliceColumns(u, 0, kept), sliceRows(vt, 0, kept));
}

/** How many of falling values are at least `floor` times the first. */
export function countAbove(falling: Float64Array, floor: number): number {
  const least = floor * (falling[0] ?? 0);
  let kept = falling.length;
  while (kept > 0 && falling[kept - 1]! < least) kept -= 1;
  return kept;
}
