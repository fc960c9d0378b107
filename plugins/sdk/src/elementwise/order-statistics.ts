import { locateRank, type RankedBin } from '@crucible/engine/kernels';

/** Half of a key's 32 bits: what one round of a survey counts by. */
const HALF = 65_536;

/** Counts of the bins that are not empty, in order: what travels between processes. Structured-cloneable. */
export interface SparseCounts {
  readonly bins: Uint32Array;
  readonly counts: Uint32Array;
}

/** Which half of the keys to count by; LOW counts only those whose upper half is `prefix`. */
export type KeyHalf = { readonly half: 'HIGH' } | { readonly half: 'LOW'; readonly prefix: number };

/**
 * Counts float32 numbers by half of a key that is ordered as they are (-0 just below 0). Two rounds find any order statistic of numbers that lie in many
 * places, exactly: counts add up in any order.
 */
export function countKeys(values: Float32Array, by: KeyHalf): SparseCounts {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const dense = new Uint32Array(HALF);
  for (let i = 0; i < bits.length; i += 1) {
    const key = keyOf(bits[i]!);
    if (by.half === 'HIGH') dense[key >>> 16]! += 1;
    else if (key >>> 16 === by.prefix) dense[key & 0xffff]! += 1;
  }
  return sparse(dense);
}

function sparse(dense: Uint32Array): SparseCounts {
  let used = 0;
  for (let bin = 0; bin < HALF; bin += 1) if (dense[bin]! > 0) used += 1;
  const bins = new Uint32Array(used);
  const counts = new Uint32Array(used);
  for (let bin = 0, at = 0; at < used; bin += 1) {
    if (dense[bin] === 0) continue;
    bins[at] = bin;
    counts[at] = dense[bin]!;
    at += 1;
  }
  return { bins, counts };
}

/** Negative numbers run backwards: all their bits are turned, of others the sign alone. */
const keyOf = (bits: number): number => (bits < 0 ? ~bits : bits | 0x80000000) >>> 0;

/** Where the `rank`-th smallest of all counted numbers lies, rank from 1. */
export function locateIn(counts: readonly SparseCounts[], rank: number): RankedBin {
  const dense = new Float64Array(HALF);
  for (const { bins, counts: own } of counts) bins.forEach((bin, i) => (dense[bin]! += own[i]!));
  return locateRank(dense, rank);
}

/** The number whose key has these halves. */
export function numberOfKey(high: number, low: number): number {
  const key = high * HALF + low;
  const bits = key >= 0x80000000 ? key - 0x80000000 : ~key;
  return new Float32Array(Int32Array.of(bits).buffer)[0]!;
}

/** The `rank`-th smallest of the numbers, rank from 1, without sorting them. */
export function kthSmallest(values: Float32Array, rank: number): number {
  const high = locateIn([countKeys(values, { half: 'HIGH' })], rank);
  const low = locateIn([countKeys(values, { half: 'LOW', prefix: high.bin })], high.rank);
  return numberOfKey(high.bin, low.bin);
}
