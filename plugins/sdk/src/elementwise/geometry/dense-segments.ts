import { makeEntries } from '../make-entries.js';
import type { Strides, SegmentGrams } from './segments.js';

/** Inner products of dense vectors, plus `origin` each where it is given; float64 sums. */
export function denseGrams(
  values: readonly Float32Array[],
  origin: Float32Array | undefined,
  columns: number,
  { segments, perRow, perColumn }: Strides,
): SegmentGrams {
  const size = values.length;
  const data = new Float64Array(segments * size * size);
  const length = values[0]?.length ?? 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = i; j < size; j += 1) {
      const [x, y] = [values[i]!, values[j]!];
      for (let start = 0, row = 0; start < length; start += columns, row += 1) {
        for (let column = 0; column < columns; column += 1) {
          const at = start + column;
          const shift = origin?.[at] ?? 0;
          const segment = row * perRow + column * perColumn;
          data[(segment * size + i) * size + j]! += (shift + x[at]!) * (shift + y[at]!);
        }
      }
      for (let s = 0; s < segments; s += 1) data[(s * size + j) * size + i] = data[(s * size + i) * size + j]!;
    }
  }
  return { size, segments, data };
}

/**
 * Σ c_i·x_i with the coefficients of each entry's segment; float64 sums, rounded once. Where `origin` is given the x_i are whole weights, and what comes
 * back is their combination's task vector: Σ c_i·δ_i + (Σ c_i - 1)·origin.
 */
export function combineSegments(
  values: readonly Float32Array[],
  origin: Float32Array | undefined,
  columns: number,
  { perRow, perColumn }: Strides,
  coefficients: readonly (readonly number[])[],
): Float32Array {
  const surplus = coefficients.map((own) => own.reduce((sum, value) => sum + value, -1));
  return makeEntries(values[0]?.length ?? 0, (at) => {
    const segment = Math.floor(at / columns) * perRow + (at % columns) * perColumn;
    const own = coefficients[segment]!;
    let sum = origin === undefined ? 0 : surplus[segment]! * origin[at]!;
    for (let i = 0; i < values.length; i += 1) sum += own[i]! * values[i]![at]!;
    return sum;
  });
}
