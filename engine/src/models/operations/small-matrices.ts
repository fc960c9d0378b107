/**
 * Products of matrices that fit the first-level cache, in float64. Four entries of the result are summed at a time: each entry of `a` that is loaded serves
 * four sums, and the sums stay in registers. Strides let one loop serve a, aᵀ, b and bᵀ.
 */
export interface SmallMatrix {
  readonly values: Float64Array;
  /** How far apart two rows, and two columns, lie. */
  readonly rowStride: number;
  readonly columnStride: number;
}

export const matrixOf = (values: Float64Array, columns: number): SmallMatrix => ({
  values,
  rowStride: columns,
  columnStride: 1,
});

export const transposeOf = ({ values, rowStride, columnStride }: SmallMatrix): SmallMatrix => ({
  values,
  rowStride: columnStride,
  columnStride: rowStride,
});

/** out = a b, with a `[rows, inner]`, b `[inner, columns]` and out `[rows, columns]` without gaps. */
export function multiplySmall(
  a: SmallMatrix,
  b: SmallMatrix,
  out: Float64Array,
  rows: number,
  inner: number,
  columns: number,
): void {
  const { values: x, rowStride: xRow, columnStride: xColumn } = a;
  const { values: y, rowStride: yRow, columnStride: yColumn } = b;
  for (let row = 0; row < rows; row += 1) {
    let column = 0;
    for (; column + 3 < columns; column += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let xAt = row * xRow;
      let y0 = column * yColumn;
      let y1 = y0 + yColumn;
      let y2 = y1 + yColumn;
      let y3 = y2 + yColumn;
      for (let i = 0; i < inner; i += 1) {
        const factor = x[xAt]!;
        s0 += factor * y[y0]!;
        s1 += factor * y[y1]!;
        s2 += factor * y[y2]!;
        s3 += factor * y[y3]!;
        xAt += xColumn;
        y0 += yRow;
        y1 += yRow;
        y2 += yRow;
        y3 += yRow;
      }
      const at = row * columns + column;
      out[at] = s0;
      out[at + 1] = s1;
      out[at + 2] = s2;
      out[at + 3] = s3;
    }
    for (; column < columns; column += 1) {
      let sum = 0;
      for (let i = 0; i < inner; i += 1) sum += x[row * xRow + i * xColumn]! * y[column * yColumn + i * yRow]!;
      out[row * columns + column] = sum;
    }
  }
}
