import { cutToCount, KEEP_ALL, KEEP_NONE, trimInto, type MagnitudeCut } from '@crucible/engine/kernels';
import type { BreadcrumbsRules } from './presets.js';

export interface OutlierMask extends BreadcrumbsRules {
  readonly density: number;
  readonly gamma: number;
}

/**
 * Drops the trunc(γN) largest entries, and then the smallest until trunc(density·N) are left; where both cannot be had, the cut at the top shrinks (Model
 * Breadcrumbs, arXiv 2312.06795, section 3.2, as mergekit counts it). Among equals the first in row-major order are larger. Density 1 drops nothing.
 */
export function maskOutliers(values: Float32Array, { density, gamma, smallTensor }: OutlierMask): Float32Array {
  if (density >= 1) return values;
  const size = values.length;
  const kept = Math.trunc(density * size);
  const top = Math.min(Math.trunc(gamma * size), size - kept);
  if (top === 0 && smallTensor === 'TENSOR') return new Float32Array(size);
  const output = new Float32Array(size);
  trimInto(values, cutOf(values, top + kept), output);
  if (top === 0) return output;
  const outliers = new Float32Array(size);
  trimInto(values, cutOf(values, top), outliers);
  for (let i = 0; i < size; i += 1) if (outliers[i] !== 0) output[i] = 0;
  return output;
}

function cutOf(values: Float32Array, count: number): MagnitudeCut {
  if (count === 0) return KEEP_NONE;
  return count >= values.length ? KEEP_ALL : cutToCount(values, count);
}
