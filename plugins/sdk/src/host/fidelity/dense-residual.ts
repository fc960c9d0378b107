import { createMatrix, matrixFrom, multiply, scaleMatrix, sliceRows } from '@crucible/engine/algebra';

/** Entries of the product that are in memory at a time: 2 MB. */
const BLOCK = 1 << 18;

/**
 * ‖X - scale·B·A‖² of a dense `X [out, in]` and the float32 factors of an output, in float64 and in bounded memory: what an approximation has lost, with
 * nothing assumed of how it was found. A difference of energies, ‖X‖² - ‖kept‖², cannot tell errors below the root of the rounding of its terms: of
 * float32 products that is 3e-4 of the norm, while this is good to 1e-15 of it. O(out·in·rank).
 */
export function denseResidual(
  x: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
  factors: { readonly a: Float32Array; readonly b: Float32Array; readonly rank: number; readonly scale: number },
): number {
  const { rows, columns, data } = x;
  const a = matrixFrom(factors.rank, columns, factors.a);
  const b = scaleMatrix(createMatrix(rows, factors.rank, Float64Array.from(factors.b)), factors.scale);
  const step = Math.max(1, Math.floor(BLOCK / Math.max(1, columns)));
  let squares = 0;
  for (let begin = 0; begin < rows; begin += step) {
    const product = multiply(sliceRows(b, begin, Math.min(rows, begin + step)), a).data;
    const offset = begin * columns;
    for (let at = 0; at < product.length; at += 1) {
      const difference = data[offset + at]! - product[at]!;
      squares += difference * difference;
    }
  }
  return squares;
}
