import { kernelErrors } from './errors.js';
import { bitsOf, INFINITY_BITS, MAGNITUDE_MASK } from './magnitude-bits.js';
import { binsOfRound, LOW_BITS, type HistogramRound } from './magnitude-bins.js';
import { MagnitudeCounter } from './magnitude-counter.js';

export { binsOfRound, LOW_BITS, type HistogramRound };

const LOW_MASK = (1 << LOW_BITS) - 1;
let counter: MagnitudeCounter | undefined;
/** Below this length the setting up of tables costs more than SIMD saves. */
const SIMD_LENGTH = 65_536;

/**
 * Round 0 counts all entries by the upper bits of their magnitude; round 1 counts those whose upper bits are `prefix` by the lower bits. -0 counts as 0.
 *
 * @throws KERNELS_NOT_FINITE in round 0, when an entry is NaN or infinite.
 */
export function countMagnitudes(values: Float32Array, round: HistogramRound, prefix = 0): Uint32Array<ArrayBuffer> {
  if (values.length < SIMD_LENGTH) return countPlainly(values, round, prefix);
  counter ??= new MagnitudeCounter();
  counter.begin(round, prefix);
  counter.countAll(values);
  return counter.finish();
}

/** The same by a plain loop: for short arrays, and the reference of the other. */
export function countPlainly(values: Float32Array, round: HistogramRound, prefix = 0): Uint32Array<ArrayBuffer> {
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
