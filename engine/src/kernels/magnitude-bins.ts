/**
 * The 31 bits of a float32 magnitude, split for two rounds of counting: the upper 16 say which of 65,536 bins an entry is in, the lower
 * 15 where in that bin. Histograms of two tensors add up to the histogram of both, so that an exact k-th magnitude over any number of
 * modules needs two passes and no sorting.
 */
export type HistogramRound = 0 | 1;
export const LOW_BITS = 15;
const ROUND_BINS: readonly [number, number] = [1 << 16, 1 << LOW_BITS];

export const binsOfRound = (round: HistogramRound): number => ROUND_BINS[round];
