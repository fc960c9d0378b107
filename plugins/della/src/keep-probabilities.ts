import { dellaErrors } from './errors.js';
import type { DellaWindow } from './presets.js';

export interface KeepWindow {
  readonly density: number;
  readonly epsilon: number;
  readonly window: DellaWindow;
}

/**
 * Most entries of a row. Magnitude and place are sorted as one integer below 2⁵³, 31 bits of magnitude above 22 bits of place, so that a plain numeric sort
 * is stable and fast.
 */
export const LONGEST_ROW = 2 ** 22;

/**
 * The probability that each entry stays: linear in the rank of its magnitude within its row, rank 0 the smallest, among equals the first in the row
 * (DELLA, arXiv 2406.11617, section 3.1, where a row is what enters one output neuron).
 *
 * HALF: density - ε … density + ε at the ends. FULL: the paper's p - ε/2 + (ε/n)·r for dropping with r counted from the largest, so the largest entry
 * stays with density + ε/2, and each next one with ε/n less. A row of one entry gets HALF's least.
 *
 * @throws DELLA_WINDOW_OUT_OF_RANGE unless the probabilities are above 0 and at most 1; DELLA_ROW_TOO_LONG
 */
export function keepProbabilities(
  values: Float32Array,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  { density, epsilon, window }: KeepWindow,
): Float32Array {
  if (columns > LONGEST_ROW) throw dellaErrors.rowTooLong({ got: columns, limit: LONGEST_ROW });
  const half = window === 'HALF' ? epsilon : epsilon / 2;
  const [least, most] = [density - half, density + half];
  if (!(least > 0) || !(most <= 1)) {
    const widest = Math.min(density, 1 - density) * (epsilon / half || 1);
    throw dellaErrors.windowOutOfRange({ density, least, most, widest });
  }
  const step = window === 'HALF' ? (2 * epsilon) / Math.max(1, columns - 1) : epsilon / columns;
  const first = window === 'HALF' ? least : most - step * (columns - 1);
  const probabilities = new Float32Array(values.length);
  const keys = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    const start = row * columns;
    sortedPlaces(values.subarray(start, start + columns), keys);
    for (let rank = 0; rank < columns; rank += 1) probabilities[start + placeOf(keys[rank]!)] = first + step * rank;
  }
  return probabilities;
}

function sortedPlaces(row: Float32Array, keys: Float64Array): void {
  const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
  for (let i = 0; i < row.length; i += 1) keys[i] = (bits[i]! & 0x7fffffff) * LONGEST_ROW + i;
  keys.sort();
}

const placeOf = (key: number): number => key % LONGEST_ROW;
