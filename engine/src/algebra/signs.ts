import type { Matrix } from './matrix.js';

/** -1 for columns whose entry of largest magnitude is negative, the first of equals; 1 for the others. Row by row, as the numbers lie. */
export function signsOfColumns({ rows, columns, data }: Matrix): Float64Array {
  const largest = new Float64Array(columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0, at = i * columns; j < columns; j += 1, at += 1) {
      const value = data[at]!;
      if (Math.abs(value) > Math.abs(largest[j]!)) largest[j] = value;
    }
  }
  return largest.map((value) => (value < 0 ? -1 : 1));
}

/** The same of rows. */
export function signsOfRows({ rows, columns, data }: Matrix): Float64Array {
  const signs = new Float64Array(rows).fill(1);
  for (let i = 0; i < rows; i += 1) {
    let largest = 0;
    for (let at = i * columns; at < (i + 1) * columns; at += 1) {
      if (Math.abs(data[at]!) > Math.abs(largest)) largest = data[at]!;
    }
    if (largest < 0) signs[i] = -1;
  }
  return signs;
}
