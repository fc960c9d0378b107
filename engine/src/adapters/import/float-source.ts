import type { Dtype, TensorInfo, TensorSource } from '../../tensors/index.js';
import { adapterErrors } from '../errors.js';
import { checkFinite } from '../module-tensors.js';

const FLOATS: ReadonlySet<Dtype> = new Set<Dtype>(['F32', 'F16', 'BF16', 'F64']);

export const isFloat = ({ dtype }: TensorInfo): boolean => FLOATS.has(dtype);

/** A tensor as float32, or `ADAPTER_NOT_FINITE`. */
export async function readFinite(source: TensorSource, tensor: string): Promise<Float32Array> {
  const values = await source.readFloat32(tensor);
  checkFinite(source.path, tensor, values);
  return values;
}

const CHUNK = 4 << 20;

/** Whether two tensors have one shape, dtype and the same bytes; reads both in pieces. */
export async function isSameTensor(
  x: TensorSource,
  xInfo: TensorInfo,
  y: TensorSource,
  yInfo: TensorInfo,
): Promise<boolean> {
  if (String(xInfo.shape) !== String(yInfo.shape)) return false;
  if (xInfo.dtype !== yInfo.dtype) return isSameValues(x, xInfo, y, yInfo);
  for (let begin = 0; begin < xInfo.byteLength; begin += CHUNK) {
    const end = Math.min(begin + CHUNK, xInfo.byteLength);
    const [left, right] = await Promise.all([x.readRange(xInfo.name, begin, end), y.readRange(yInfo.name, begin, end)]);
    if (Buffer.compare(left, right) !== 0) return false;
  }
  return true;
}

async function isSameValues(x: TensorSource, xInfo: TensorInfo, y: TensorSource, yInfo: TensorInfo): Promise<boolean> {
  if (!isFloat(xInfo) || !isFloat(yInfo)) return false;
  const left = await x.readFloat32(xInfo.name);
  const right = await y.readFloat32(yInfo.name);
  return left.every((value, at) => value === right[at]);
}

/** saved - base, in float32: adding it to the base gives `saved` to one rounding. */
export async function readDifference(
  saved: { readonly source: TensorSource; readonly name: string },
  base: { readonly source: TensorSource; readonly name: string },
): Promise<Float32Array> {
  const values = await readFinite(saved.source, saved.name);
  const stock = await readFinite(base.source, base.name);
  if (values.length !== stock.length) {
    const rule = `it has ${values.length} values, the base's ${base.name} has ${stock.length}`;
    throw adapterErrors.moduleInvalid({ file: saved.source.path, module: saved.name, rule });
  }
  for (let at = 0; at < values.length; at += 1) values[at]! -= stock[at]!;
  return values;
}
