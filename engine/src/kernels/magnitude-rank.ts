import { kernelErrors } from './errors.js';
import { LOW_BITS, countMagnitudes } from './magnitude-histogram.js';

/** Where an entry of a given rank lies in a histogram. */
export interface RankedBin {
  readonly bin: number;
  /** Its rank within that bin, from 1. */
  readonly rank: number;
}

/**
 * The bin that holds the `rank`-th smallest counted entry, rank from 1.
 *
 * @throws KERNELS_ARGUMENT_INVALID when fewer entries are counted.
 */
export function locateRank(counts: ArrayLike<number>, rank: number): RankedBin {
  let before = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    const here = counts[bin]!;
    if (before + here >= rank && rank >= 1) return { bin, rank: rank - before };
    before += here;
  }
  throw kernelErrors.argumentInvalid({ argument: 'rank', got: rank, expected: `a whole number from 1 to ${before}` });
}

/** The magnitude at the bins that two rounds located, as float32 bits. */
export const joinBins = (high: number, low: number): number => high * (1 << LOW_BITS) + low;

/** The bins of the two rounds that an entry with these magnitude bits is counted in. */
export const splitBits = (bits: number): { readonly high: number; readonly low: number } => ({
  high: bits >>> LOW_BITS,
  low: bits & ((1 << LOW_BITS) - 1),
});

/** Bits of the `rank`-th smallest magnitude, exactly, in two passes without sorting; rank from 1 (torch's `kthvalue` on |x|). */
export function kthMagnitudeBits(values: Float32Array, rank: number): number {
  const high = locateRank(countMagnitudes(values, 0), rank);
  const low = locateRank(countMagnitudes(values, 1, high.bin), high.rank);
  return joinBins(high.bin, low.bin);
}
