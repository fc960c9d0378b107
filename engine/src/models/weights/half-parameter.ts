import { decodeBF16, decodeF16 } from '../../tensors/index.js';
import type { Parameter } from '../calculus/model-weights.js';

/** Floats of 16 bits, as a file holds them. */
export type HalfDtype = 'F16' | 'BF16';

/**
 * A parameter that stays in the 16 bits of its file. `values` decodes all of it (exactly) into memory of its own each time: whoever uploads it holds the
 * float32 copy for as long as that takes, and a model in memory is as large as its file instead of twice as large.
 */
export class HalfParameter implements Parameter {
  readonly shape: readonly number[];
  readonly dtype: HalfDtype;
  readonly codes: Uint16Array;

  constructor(shape: readonly number[], dtype: HalfDtype, codes: Uint16Array) {
    this.shape = shape;
    this.dtype = dtype;
    this.codes = codes;
  }

  get values(): Float32Array {
    return this.dtype === 'F16' ? decodeF16(this.codes) : decodeBF16(this.codes);
  }
}
