import { compareNames } from '../tensors/index.js';

/** Orders tensors as a model runs: numbers in names by their value, so that layer 10 follows layer 9; everything else as bytes. */
export function compareNaturally(x: string, y: string): number {
  const left = x.split(/(\d+)/);
  const right = y.split(/(\d+)/);
  const count = Math.min(left.length, right.length);
  for (let i = 0; i < count; i += 1) {
    const order = i % 2 === 1 ? Number(left[i]) - Number(right[i]) : compareNames(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareNames(x, y);
}
