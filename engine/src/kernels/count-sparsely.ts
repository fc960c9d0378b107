import { kernelErrors } from './errors.js';
import { bitsOf, INFINITY_BITS, MAGNITUDE_MASK } from './magnitude-bits.js';
import { LOW_BITS, type HistogramRound } from './magnitude-bins.js';

/** The bins of a histogram that are not empty, in ascending order, and what they hold. */
export interface SparseCounts {
  readonly bins: Uint16Array;
  readonly counts: Uint16Array;
}

/** Up to this length sorting the bins of all entries is faster than clearing and walking the 65,536 bins of a histogram; a count then fits two bytes. */
export const SPARSE_LENGTH = 16_384;

const keys = new Uint16Array(SPARSE_LENGTH);
const halfSorted = new Uint16Array(SPARSE_LENGTH);
const LOW_MASK = (1 << LOW_BITS) - 1;

/**
 * What `countMagnitudes` counts, without its empty bins: the bins of the entries are sorted, byte by byte, and equal ones counted. For arrays of at most
 * `SPARSE_LENGTH`.
 *
 * @throws KERNELS_NOT_FINITE in round 0, when an entry is NaN or infinite.
 */
export function countSparsely(values: Float32Array, round: HistogramRound, prefix = 0): SparseCounts {
  const bits = bitsOf(values);
  let length = 0;
  if (round === 0) {
    length = bits.length;
    for (let i = 0; i < length; i += 1) keys[i] = (bits[i]! & MAGNITUDE_MASK) >>> LOW_BITS;
  } else {
    for (let i = 0; i < bits.length; i += 1) {
      const magnitude = bits[i]! & MAGNITUDE_MASK;
      if (magnitude >>> LOW_BITS === prefix) keys[length++] = magnitude & LOW_MASK;
    }
  }
  sortByByte(keys, halfSorted, length, 0);
  sortByByte(halfSorted, keys, length, 8);
  if (round === 0 && length > 0 && keys[length - 1]! >= INFINITY_BITS >>> LOW_BITS) {
    throw kernelErrors.notFinite({ input: 'The tensor' });
  }
  return countRuns(length);
}

/** Stable, so that sorting by the low byte and then by the high one sorts by both. */
function sortByByte(from: Uint16Array, to: Uint16Array, length: number, shift: number): void {
  const ends = new Uint16Array(257);
  for (let i = 0; i < length; i += 1) ends[((from[i]! >>> shift) & 255) + 1]! += 1;
  for (let byte = 1; byte < 257; byte += 1) ends[byte]! += ends[byte - 1]!;
  for (let i = 0; i < length; i += 1) {
    const key = from[i]!;
    to[ends[(key >>> shift) & 255]!++] = key;
  }
}

function countRuns(length: number): SparseCounts {
  let runs = 0;
  for (let i = 0; i < length; i += 1) if (i === 0 || keys[i] !== keys[i - 1]) runs += 1;
  const bins = new Uint16Array(runs);
  const counts = new Uint16Array(runs);
  let at = -1;
  for (let i = 0; i < length; i += 1) {
    if (i === 0 || keys[i] !== keys[i - 1]) bins[++at] = keys[i]!;
    counts[at]! += 1;
  }
  return { bins, counts };
}
