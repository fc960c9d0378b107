import { kthSmallest } from '@crucible/sdk/elementwise';

/** Added to every probability, as the published code does, so that none is 0. */
const FLOOR = 1e-8;

/**
 * How much each entry of a change from `from` to `to` matters: its magnitude times KL(softmax(to)‖softmax(from)) of its row (mergekit's `arcee_fusion`). In
 * float64, rounded once.
 */
export function importanceOf(from: Float64Array, to: Float64Array, columns: number): Float32Array {
  const importance = new Float32Array(to.length);
  for (let start = 0; start < to.length; start += columns) {
    const p = softmax(to.subarray(start, start + columns));
    const q = softmax(from.subarray(start, start + columns));
    const divergence = p.reduce((sum, value, i) => sum + value * Math.log(value / q[i]!), 0);
    for (let i = start; i < start + columns; i += 1) importance[i] = Math.abs(to[i]! - from[i]!) * divergence;
  }
  return importance;
}

function softmax(row: Float64Array): Float64Array {
  const largest = row.reduce((most, value) => Math.max(most, value), -Infinity);
  const weights = row.map((value) => Math.exp(value - largest));
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total + FLOOR);
}

/** Median + `spread` times the interquartile range, by lower order statistics: of all entries, where mergekit samples a million. */
export function outlierThreshold(importance: Float32Array, spread: number): number {
  const quantile = (share: number): number => kthSmallest(importance, Math.trunc(share * (importance.length - 1)) + 1);
  return quantile(0.5) + spread * (quantile(0.75) - quantile(0.25));
}
