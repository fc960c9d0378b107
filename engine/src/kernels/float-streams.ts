import { decodeFloats, encodeFloats, floatBytes, type FloatDtype } from '../checkpoints/float-dtype.js';
import { decodeF16, encodeF16 } from '../tensors/index.js';
import { createFloatKernels, padded, type FloatKernels } from './wasm/float-kernels.js';

/** Numbers of one tensor as they lie on disk; `bytes` begins at an address that fits the dtype. */
export interface FloatStream {
  readonly bytes: Uint8Array;
  readonly dtype: FloatDtype;
}

/** Numbers that are worked on at a time: accumulator and operands stay in the second-level cache. */
const BLOCK = 4096;
const SUMS = 0;
const FIRST = SUMS + 8 * BLOCK;
const SECOND = FIRST + 8 * BLOCK;
const RESULT = SECOND + 8 * BLOCK;
const BYTES = RESULT + 8 * BLOCK;
/** BF16 numbers that one call of the kernel in registers takes: as many as fit in the room of the blocks for all its streams and the result. */
const STRETCH = 8192;

/**
 * Sums and differences of stored numbers, block by block, without a widened copy of a tensor: BF16 and F32 by SIMD, F16 and F64 by way of them. One
 * instance works for one caller at a time.
 */
export class FloatStreams {
  readonly #kernels: FloatKernels = createFloatKernels(BYTES);
  readonly #sums = new Float64Array(this.#kernels.buffer, SUMS, BLOCK);
  readonly #memory = new Uint8Array(this.#kernels.buffer);

  /**
   * out = Σ factor·x, summed in float64 in the order given, rounded to float32 and to the dtype (F64: not at all). A factor of 0 leaves its stream
   * out, a lone factor of 1 keeps every bit. Returns whether all results are finite.
   */
  combine(streams: readonly FloatStream[], factors: readonly number[], dtype: FloatDtype, out: Uint8Array): boolean {
    const used = streams.flatMap((stream, i) => (factors[i] === 0 ? [] : [{ stream, factor: factors[i]! }]));
    const length = out.length / floatBytes(dtype);
    let finite = true;
    const kernel = this.#kernels.combine[used.length - 1];
    if (kernel && dtype === 'BF16' && used.every(({ stream }) => stream.dtype === 'BF16')) {
      const pointers = used.map((_, s) => (s + 1) * 2 * STRETCH);
      for (let begin = 0; begin < length; begin += STRETCH) {
        const count = Math.min(STRETCH, length - begin);
        used.forEach(({ stream }, s) => this.#load(stream, begin, count, pointers[s]!));
        finite = kernel(0, 2 * padded(count), ...pointers, ...used.map(({ factor }) => factor)) === 0 && finite;
        out.set(this.#memory.subarray(0, 2 * count), 2 * begin);
      }
      return finite;
    }
    for (let begin = 0; begin < length; begin += BLOCK) {
      const count = Math.min(BLOCK, length - begin);
      if (used.length === 0) this.#sums.fill(0);
      used.forEach(({ stream, factor }, i) => this.#accumulate(stream, begin, count, factor, i > 0));
      finite = this.#encode(dtype, out, begin, count) && finite;
    }
    return finite;
  }

  /** out = x - y, rounded to float32 once. Returns whether all differences are finite. */
  subtract(x: FloatStream, y: FloatStream, out: Float32Array): boolean {
    let finite = true;
    for (let begin = 0; begin < out.length; begin += BLOCK) {
      const count = Math.min(BLOCK, out.length - begin);
      finite = this.#difference(x, y, begin, count) && finite;
      out.set(new Float32Array(this.#kernels.buffer, RESULT, count), begin);
    }
    return finite;
  }

  /** Σ(x - y)², differences rounded to float32. */
  squaredDistance(x: FloatStream, y: FloatStream): number {
    const length = x.bytes.length / floatBytes(x.dtype);
    let sum = 0;
    for (let begin = 0; begin < length; begin += BLOCK) {
      this.#difference(x, y, begin, Math.min(BLOCK, length - begin));
      sum += this.#kernels.sumSquares(RESULT, RESULT + 4 * padded(Math.min(BLOCK, length - begin)));
    }
    return sum;
  }

  #difference(x: FloatStream, y: FloatStream, begin: number, count: number): boolean {
    const end = padded(count);
    if (x.dtype === y.dtype && (x.dtype === 'BF16' || x.dtype === 'F32')) {
      const size = floatBytes(x.dtype);
      this.#load(x, begin, count, FIRST);
      this.#load(y, begin, count, SECOND);
      const subtract = x.dtype === 'BF16' ? this.#kernels.subtractBF16 : this.#kernels.subtractF32;
      return subtract(RESULT, FIRST, FIRST + size * end, SECOND) === 0;
    }
    const left = decodeFloats(slice(x, begin, count), x.dtype);
    const right = decodeFloats(slice(y, begin, count), y.dtype);
    const result = new Float32Array(this.#kernels.buffer, RESULT, end).fill(0);
    let check = 0;
    for (let i = 0; i < count; i += 1) {
      result[i] = left[i]! - right[i]!;
      check += result[i]! - result[i]!;
    }
    return check === 0;
  }

  #accumulate(stream: FloatStream, begin: number, count: number, factor: number, adds: boolean): void {
    const { scaleBF16, addBF16, scaleF32, addF32, buffer } = this.#kernels;
    const end = padded(count);
    switch (stream.dtype) {
      case 'BF16':
        this.#load(stream, begin, count, FIRST);
        (adds ? addBF16 : scaleBF16)(SUMS, FIRST, FIRST + 2 * end, factor);
        break;
      case 'F16':
        decodeF16(codesOf(slice(stream, begin, count)), new Float32Array(buffer, FIRST, count));
        (adds ? addF32 : scaleF32)(SUMS, FIRST, FIRST + 4 * end, factor);
        break;
      case 'F32':
        this.#load(stream, begin, count, FIRST);
        (adds ? addF32 : scaleF32)(SUMS, FIRST, FIRST + 4 * end, factor);
        break;
      case 'F64': {
        const values = decodeFloats(slice(stream, begin, count), 'F64');
        for (let i = 0; i < count; i += 1) this.#sums[i] = (adds ? this.#sums[i]! : 0) + factor * values[i]!;
        break;
      }
    }
  }

  /** What lies behind the last number in a padded block is from another block, or zero; nothing of it is used. */
  #encode(dtype: FloatDtype, out: Uint8Array, begin: number, count: number): boolean {
    const { encodeBF16, encodeF32, buffer } = this.#kernels;
    const end = padded(count);
    this.#sums.fill(0, count, end);
    const at = begin * floatBytes(dtype);
    if (dtype === 'F64') {
      const values = this.#sums.subarray(0, count);
      out.set(encodeFloats(values, 'F64'), at);
      return values.every((value) => Number.isFinite(value));
    }
    const finite = (dtype === 'BF16' ? encodeBF16 : encodeF32)(RESULT, SUMS, SUMS + 8 * end) === 0;
    if (dtype !== 'F16') {
      out.set(this.#memory.subarray(RESULT, RESULT + count * floatBytes(dtype)), at);
      return finite;
    }
    const codes = encodeF16(new Float32Array(buffer, RESULT, count));
    out.set(new Uint8Array(codes.buffer), at);
    return finite && codes.every((code) => (code & 0x7c00) !== 0x7c00);
  }

  /** The padding is cleared, so that numbers of another block cannot overflow there. */
  #load(stream: FloatStream, begin: number, count: number, at: number): void {
    const bytes = slice(stream, begin, count);
    this.#memory.set(bytes, at);
    if (count % 8 !== 0) this.#memory.fill(0, at + bytes.length, at + padded(count) * floatBytes(stream.dtype));
  }
}

const slice = ({ bytes, dtype }: FloatStream, begin: number, count: number): Uint8Array => {
  const size = floatBytes(dtype);
  return bytes.subarray(begin * size, (begin + count) * size);
};

const codesOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, byteLength / 2);
