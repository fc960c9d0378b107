import { floatBytes, type FloatDtype } from '../checkpoints/float-dtype.js';
import { kernelErrors } from './errors.js';
import type { FloatStream } from './float-streams.js';
import { padded, type FloatKernels } from './wasm/float-kernels.js';

/** Dtypes whose differences SIMD makes straight from the stored bits. */
export type StreamDtype = Extract<FloatDtype, 'BF16' | 'F32'>;

export const isStreamDtype = (dtype: FloatDtype): dtype is StreamDtype => dtype === 'BF16' || dtype === 'F32';

/** Differences of a block, in float32 at `out`; the base's numbers stay at the second operand. */
export function subtractBlock(
  kernels: FloatKernels,
  model: FloatStream,
  base: FloatStream,
  begin: number,
  count: number,
  [first, second]: readonly [number, number],
  out: number,
): void {
  if (model.dtype !== base.dtype || !isStreamDtype(base.dtype)) {
    const got = `${model.dtype} and ${base.dtype}`;
    throw kernelErrors.argumentInvalid({
      argument: 'The dtypes of a model and its base',
      got,
      expected: 'BF16 or F32 for both',
    });
  }
  const memory = new Uint8Array(kernels.buffer);
  loadBlock(memory, model, begin, count, first);
  loadBlock(memory, base, begin, count, second);
  const end = first + floatBytes(base.dtype) * padded(count);
  const subtract = base.dtype === 'BF16' ? kernels.subtractBF16 : kernels.subtractF32;
  if (subtract(out, first, end, second) !== 0) throw kernelErrors.notFinite({ input: 'A task vector' });
}

/** Padding is zero in both operands, and so is their difference. */
export function loadBlock(
  memory: Uint8Array,
  { bytes, dtype }: FloatStream,
  begin: number,
  count: number,
  at: number,
): void {
  const size = floatBytes(dtype);
  memory.set(bytes.subarray(begin * size, (begin + count) * size), at);
  if (count % 8 !== 0) memory.fill(0, at + count * size, at + padded(count) * size);
}
