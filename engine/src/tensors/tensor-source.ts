import { decodeBF16, decodeF16, narrowF64 } from './float-codecs.js';
import { tensorErrors } from './errors.js';
import type { TensorInfo } from './parse-header.js';

/** Tensors that are read by name when asked for: one file, or a folder of shards. */
export interface TensorSource {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The record of a tensor, or a typed error. */
  info(name: string): TensorInfo;
  /** All bytes of a tensor, in memory of their own, aligned for any typed array. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Bytes `begin` to `end` of a tensor. */
  readRange(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** F32, F16, BF16 (exact) or F64 (rounded to nearest even) as float32. */
  readFloat32(name: string): Promise<Float32Array<ArrayBuffer>>;
  /** U8 or BOOL. */
  readUint8(name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** I32, I16, I8, U16 or U8, widened. */
  readInt32(name: string): Promise<Int32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** @param bytes all bytes of the tensor, at the start of their own buffer. */
export function toFloat32(file: string, info: TensorInfo, bytes: Bytes): Float32Array<ArrayBuffer> {
  const { buffer } = bytes;
  const out = (): Float32Array<ArrayBuffer> => new Float32Array(info.size);
  switch (info.dtype) {
    case 'F32':
      return new Float32Array(buffer, 0, info.size);
    case 'F16':
      return decodeF16(new Uint16Array(buffer, 0, info.size), out()) as Float32Array<ArrayBuffer>;
    case 'BF16':
      return decodeBF16(new Uint16Array(buffer, 0, info.size), out()) as Float32Array<ArrayBuffer>;
    case 'F64':
      return narrowF64(new Float64Array(buffer, 0, info.size), out()) as Float32Array<ArrayBuffer>;
    default:
      throw unsupported(file, info, 'F32, F16, BF16 or F64');
  }
}

export function toInt32(file: string, info: TensorInfo, { buffer }: Bytes): Int32Array<ArrayBuffer> {
  switch (info.dtype) {
    case 'I32':
      return new Int32Array(buffer, 0, info.size);
    case 'I16':
      return Int32Array.from(new Int16Array(buffer, 0, info.size));
    case 'U16':
      return Int32Array.from(new Uint16Array(buffer, 0, info.size));
    case 'I8':
      return Int32Array.from(new Int8Array(buffer, 0, info.size));
    case 'U8':
      return Int32Array.from(new Uint8Array(buffer, 0, info.size));
    default:
      throw unsupported(file, info, 'I32, I16, I8, U16 or U8');
  }
}

export function toUint8(file: string, info: TensorInfo, bytes: Bytes): Bytes {
  if (info.dtype !== 'U8' && info.dtype !== 'BOOL') throw unsupported(file, info, 'U8 or BOOL');
  return bytes;
}

function unsupported(file: string, info: TensorInfo, expected: string): Error {
  return tensorErrors.dtypeUnsupported({ file, tensor: info.name, dtype: info.dtype, expected });
}
