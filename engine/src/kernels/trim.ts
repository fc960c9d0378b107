import { bitsOf, MAGNITUDE_MASK } from './magnitude-bits.js';
import type { MagnitudeCut } from './magnitude-cut.js';

/** Copies what the cut keeps into `output` and writes 0 elsewhere; `output` may be `values`. */
export function trimInto(values: Float32Array, cut: MagnitudeCut, output: Float32Array): void {
  const bits = bitsOf(values);
  const limit = cut.bits;
  let equals = cut.equals;
  for (let i = 0; i < values.length; i += 1) {
    const magnitude = bits[i]! & MAGNITUDE_MASK;
    if (magnitude > limit) output[i] = values[i]!;
    else if (magnitude === limit && equals > 0) {
      equals -= 1;
      output[i] = values[i]!;
    } else output[i] = 0;
  }
}
