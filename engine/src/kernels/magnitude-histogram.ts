import { kernelErrors } from './errors.js';
import { bitsOf, INFINITY_BITS, MAGNITUDE_MASK } from './magnitude-bits.js';

/**
 * The 31 bits of a float32 magnitude, split for two rounds of counting: the upper 16 say which of 65,536 bins an entry is in, the lower
 * 15 where in that bin. Histograms of two tensors add up to the histogram of both, so that an exact k-th magnitude over any number of
 * modules needs two passes and no sorting.
 */
export type HistogramRound = 0 | 1;
export const LOW_BITS = 15;
const LOW_MASK = (1 << LOW_BITS) - 1;
const ROUND_BINS: readonly [number, number] = [1 << 16, 1 << LOW_BITS];

export const binsOfRound = (round: HistogramRound): number => ROUND_BINS[round];

/**
 * Round 0 counts all entries by the upper bits of their magnitude; round 1 counts those whose upper bits are `prefix` by the lower bits. -0 counts as 0.
 *
 * @throws KERNELS_NOT_FINITE in round 0, when an entry is NaN or infinite.
 */
export function countMagnitudes(values: Float32Array, round: HistogramRound, prefix = 0): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(binsOfRound(round));
  const bits = bitsOf(values);
  if (round === 0) {
    for (let i = 0; i < bits.length; i += 1) counts[(bits[i]! & MAGNITUDE_MASK) >>> LOW_BITS]! += 1;
    for (let bin = INFINITY_BITS >>> LOW_BITS; bin < counts.length; bin += 1) {
      if (counts[bin] !== 0) throw kernelErrors.notFinite({ input: 'The tensor' });
    }
    return counts;
  }
  for (let i = 0; i < bits.length; i += 1) {
    const magnitude = bits[i]! & MAGNITUDE_MASK;
    if (magnitude >>> LOW_BITS === prefix) counts[magnitude & LOW_MASK]! += 1;
  }
  return counts;
}
