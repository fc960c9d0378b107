import { concatenate, createLowRank, norm, recompress, scaleMatrix, toFloat32 } from '../../algebra/index.js';
import { decodeBF16, decodeF16, encodeBF16, encodeF16, viewBytes } from '../../tensors/index.js';
import type { AdapterFactors } from '../adapter.js';
import { adapterErrors } from '../errors.js';
import type { ExportDtype } from './peft-export.js';
import type { ExportedLayer } from './plan-export.js';

/** A layer's tensors as bytes, and what they lost. */
export interface EncodedLayer {
  /** `[rank, in]` */
  readonly a: Uint8Array;
  /** `[out, rank]` */
  readonly b: Uint8Array;
  /** ‖written - exact‖² and ‖exact‖². */
  readonly lost: number;
  readonly energy: number;
}

/** Brings a module's factors to the rank, scale and dtype of the file. Factors that need no change are written to the bit. */
export function encodeLayer(layer: ExportedLayer, factors: AdapterFactors, dtype: ExportDtype): EncodedLayer {
  const { info, kept, rank, scale } = layer;
  const exact = createLowRank(factors, info);
  const { a, b } = fit(layer, factors);
  const stored = { a: round(info.name, a, dtype), b: round(info.name, b, dtype) };
  const same = dtype === 'F32' && kept === info.rank && isExactRatio(info.scale / scale);
  const energy = norm(exact) ** 2;
  const written = createLowRank({ a: stored.a.values, b: stored.b.values }, { ...info, rank: kept, scale });
  const lost = same ? 0 : norm(concatenate([written, exact], [1, -1])) ** 2;
  return {
    a: fillRows(stored.a.bytes, rank / kept),
    b: fillColumns(stored.b.bytes, info.outFeatures, rank / kept),
    lost,
    energy,
  };
}

/** Factors of rank `kept` whose product times the file's scale is the update, or its best approximation. */
function fit({ info, kept, scale }: ExportedLayer, factors: AdapterFactors): AdapterFactors {
  if (kept < info.rank) {
    const best = recompress(createLowRank(factors, info), kept);
    // The best may have fewer directions than the cap; the rest are zeros.
    const a = new Float32Array(kept * info.inFeatures);
    a.set(toFloat32(best.a));
    const b = new Float32Array(info.outFeatures * kept);
    const narrow = toFloat32(scaleMatrix(best.b, 1 / scale));
    for (let i = 0; i < info.outFeatures; i += 1) {
      b.set(narrow.subarray(i * best.b.columns, (i + 1) * best.b.columns), i * kept);
    }
    return { a, b };
  }
  const ratio = info.scale / scale;
  return ratio === 1 ? factors : { a: factors.a, b: factors.b.map((value) => value * ratio) };
}

/** Whether multiplying float32 by it is exact but for over- and underflow: a power of two. */
const isExactRatio = (ratio: number): boolean => ratio > 0 && Number.isInteger(Math.log2(ratio));

interface Rounded {
  readonly bytes: Uint8Array;
  /** What a reader will get. */
  readonly values: Float32Array;
}

/** Numbers in the dtype of the file; refuses those that are finite and would not be any more. */
export function round(module: string, values: Float32Array, dtype: ExportDtype): Rounded {
  if (dtype === 'F32') return { bytes: viewBytes(values), values };
  const codes = dtype === 'F16' ? encodeF16(values) : encodeBF16(values);
  const back = dtype === 'F16' ? decodeF16(codes) : decodeBF16(codes);
  const position = back.findIndex((value) => !Number.isFinite(value));
  if (position >= 0) throw adapterErrors.exportOverflow({ file: module, dtype, got: values[position]! });
  return { bytes: viewBytes(codes), values: back };
}

/** Rows of zeros below, until there are `times` as many. */
function fillRows(bytes: Uint8Array, times: number): Uint8Array {
  if (times === 1) return bytes;
  const out = new Uint8Array(Math.round(bytes.length * times));
  out.set(bytes);
  return out;
}

/** Columns of zeros at the right of each row. */
function fillColumns(bytes: Uint8Array, rows: number, times: number): Uint8Array {
  if (times === 1) return bytes;
  const width = bytes.length / rows;
  const wide = Math.round(width * times);
  const out = new Uint8Array(rows * wide);
  for (let i = 0; i < rows; i += 1) out.set(bytes.subarray(i * width, (i + 1) * width), i * wide);
  return out;
}

/** Σ_k b[i,k]·a[k] · scale / outScale: the whole change of a bias, divided by what PEFT will multiply with. */
export function biasOf(
  factors: AdapterFactors,
  { rank, scale, outFeatures }: { readonly rank: number; readonly scale: number; readonly outFeatures: number },
  outScale: number,
): Float32Array {
  return Float32Array.from({ length: outFeatures }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < rank; k += 1) sum += factors.b[i * rank + k]! * factors.a[k]!;
    return (sum * scale) / outScale;
  });
}
