import { decodeBF16, decodeF16, encodeBF16, encodeF16, type Dtype } from '../tensors/index.js';

/** Dtypes in which weights are merged. */
export const FLOAT_DTYPES = ['F32', 'F16', 'BF16', 'F64'] as const;
export type FloatDtype = (typeof FLOAT_DTYPES)[number];

export const isFloatDtype = (dtype: Dtype): dtype is FloatDtype => (FLOAT_DTYPES as readonly Dtype[]).includes(dtype);

/** Floats that are stored in a dtype of 8 bits or less: weights that were quantized. */
export const isQuantizedDtype = (dtype: Dtype): boolean => /^F(?:4$|[68]_)/.test(dtype);

/** Bytes of one number. */
export const floatBytes = (dtype: FloatDtype): number => ({ F16: 2, BF16: 2, F32: 4, F64: 8 })[dtype];

/** Widens to float64, exactly. `bytes` begins at an address that fits the dtype. */
export function decodeFloats(bytes: Uint8Array, dtype: FloatDtype): Float64Array {
  const { buffer, byteOffset } = bytes;
  const count = bytes.length / floatBytes(dtype);
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer, byteOffset, count).slice();
    case 'F32':
      return new Float64Array(new Float32Array(buffer, byteOffset, count));
    case 'F16':
      return new Float64Array(decodeF16(new Uint16Array(buffer, byteOffset, count)));
    case 'BF16':
      return new Float64Array(decodeBF16(new Uint16Array(buffer, byteOffset, count)));
  }
}

/** Rounds to the nearest number of the dtype, ties to even; to F16 and BF16 by way of float32. What is beyond the range becomes an infinity. */
export function encodeFloats(values: Float64Array, dtype: FloatDtype): Uint8Array<ArrayBuffer> {
  switch (dtype) {
    case 'F64':
      return bytesOf(values.slice());
    case 'F32':
      return bytesOf(new Float32Array(values));
    case 'F16':
      return bytesOf(encodeF16(new Float32Array(values)));
    case 'BF16':
      return bytesOf(encodeBF16(new Float32Array(values)));
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** Whether all numbers are finite, without a branch in the loop. */
export function areFinite(values: Float64Array | Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]! - values[i]!;
  return sum === 0;
}
