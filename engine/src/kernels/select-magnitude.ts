import { kernelErrors } from './errors.js';
import { bitsOf, INFINITY_BITS, MAGNITUDE_MASK } from './magnitude-bits.js';
import type { MagnitudeCut } from './magnitude-cut.js';

/** Up to this length selecting is faster than counting: a histogram has 65,536 bins to clear and to walk, however few entries there are. */
export const SELECTED_LENGTH = 16_384;
const scratch = new Uint32Array(SELECTED_LENGTH);
/** The exponent and three bits of the mantissa: few enough bins to walk for every small tensor, enough that a bin holds few of its entries. */
const COARSE_BITS = 20;
const coarse = new Uint16Array(1 << (31 - COARSE_BITS));

/**
 * The threshold at the `rank`-th smallest magnitude, rank from 1, and how many equal to it are at or above that rank: what histograms find. A coarse histogram
 * says which entries are near it, and of those it is Hoare's selection ("Algorithm 65: Find", 1961). For arrays of at most `SELECTED_LENGTH`.
 *
 * @throws KERNELS_NOT_FINITE when an entry is NaN or infinite.
 */
export function selectCut(values: Float32Array, rank: number): MagnitudeCut {
  const bits = bitsOf(values);
  const { length } = bits;
  coarse.fill(0);
  for (let i = 0; i < length; i += 1) coarse[(bits[i]! & MAGNITUDE_MASK) >>> COARSE_BITS]! += 1;
  for (let bin = INFINITY_BITS >>> COARSE_BITS; bin < coarse.length; bin += 1) {
    if (coarse[bin] !== 0) throw kernelErrors.notFinite({ input: 'The tensor' });
  }
  let below = 0;
  let bin = 0;
  while (below + coarse[bin]! < rank) below += coarse[bin++]!;
  let near = 0;
  for (let i = 0; i < length; i += 1) {
    const magnitude = bits[i]! & MAGNITUDE_MASK;
    scratch[near] = magnitude;
    // Kept if it is of the bin, else overwritten by the next: no branch to guess wrong.
    near += magnitude >>> COARSE_BITS === bin ? 1 : 0;
  }
  const threshold = select(near, rank - below - 1);
  let reached = below;
  for (let i = 0; i < near; i += 1) reached += scratch[i]! <= threshold ? 1 : 0;
  return { bits: threshold, equals: reached - rank + 1 };
}

/** The entry of `scratch` that would stand at `place` if the first `length` were sorted. */
function select(length: number, place: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = scratch[(low + high) >>> 1]!;
    const [first, last] = [scratch[low]!, scratch[high]!];
    // The median of three: rows of core matrices are often nearly in order.
    const pivot = Math.max(Math.min(first, middle), Math.min(Math.max(first, middle), last));
    let i = low;
    let j = high;
    while (i <= j) {
      while (scratch[i]! < pivot) i += 1;
      while (scratch[j]! > pivot) j -= 1;
      if (i > j) break;
      const swapped = scratch[i]!;
      scratch[i] = scratch[j]!;
      scratch[j] = swapped;
      i += 1;
      j -= 1;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return scratch[place]!;
}
