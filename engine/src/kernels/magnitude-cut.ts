import { countMagnitudes } from './magnitude-histogram.js';
import { joinBins, locateRank } from './magnitude-rank.js';
import { selectCut, SELECTED_LENGTH } from './select-magnitude.js';

/**
 * Which entries of a tensor a trim keeps: those whose magnitude bits are above `bits`, and of those equal to it the first `equals` in
 * row-major order. That order is the tie rule: the same on every backend and in every process.
 */
export interface MagnitudeCut {
  readonly bits: number;
  /** `Infinity` keeps all that equal the threshold. */
  readonly equals: number;
}

export const KEEP_ALL: MagnitudeCut = { bits: 0, equals: Infinity };
/** No finite magnitude is above this. */
export const KEEP_NONE: MagnitudeCut = { bits: 0x7f800000, equals: 0 };

/** Keeps every entry at or above the `rank`-th smallest magnitude, ties included: at least n - rank + 1 of them. Rank from 1. */
export function cutAtRank(values: Float32Array, rank: number): MagnitudeCut {
  if (rank <= 1) return KEEP_ALL;
  return { bits: findCut(values, rank).bits, equals: Infinity };
}

/** Keeps exactly `count` entries, the largest; among equals the first in row-major order. */
export function cutToCount(values: Float32Array, count: number): MagnitudeCut {
  if (count >= values.length) return KEEP_ALL;
  if (count <= 0) return KEEP_NONE;
  return findCut(values, values.length - count + 1);
}

/** The threshold at a rank, and how many equal to it are at or above that rank. */
function findCut(values: Float32Array, rank: number): MagnitudeCut {
  if (values.length <= SELECTED_LENGTH) return selectCut(values, rank);
  const high = locateRank(countMagnitudes(values, 0), rank);
  const lowCounts = countMagnitudes(values, 1, high.bin);
  const low = locateRank(lowCounts, high.rank);
  return { bits: joinBins(high.bin, low.bin), equals: lowCounts[low.bin]! - low.rank + 1 };
}
