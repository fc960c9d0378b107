import {
  createMatrix,
  matrixFrom,
  multiply,
  svd,
  scaleColumns,
  sliceColumns,
  sliceRows,
  toFloat32,
} from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';
import { describe, expect, it } from 'vitest';
import { denseResidual } from './dense-residual.js';

const random = createKeyedRandom(4);
const dense = (rows: number, columns: number) => ({
  rows,
  columns,
  data: random.normal(['x', rows, columns], rows * columns),
});

describe('the residual of a dense matrix', () => {
  it.each([
    [40, 30, 5],
    [600, 700, 3],
    [1, 9, 1],
  ])('of [%i, %i] at its best rank %i is what the singular values say', (rows, columns, rank) => {
    const x = dense(rows, columns);
    const { u, singularValues, vt } = svd(matrixFrom(rows, columns, x.data));
    const b = toFloat32(scaleColumns(sliceColumns(u, 0, rank), singularValues.subarray(0, rank)));
    const a = toFloat32(sliceRows(vt, 0, rank));
    const lost = singularValues.subarray(rank).reduce((sum, value) => sum + value * value, 0);
    const total = singularValues.reduce((sum, value) => sum + value * value, 0);
    // What rounding the factors to float32 adds.
    expect(
      Math.abs(Math.sqrt(denseResidual(x, { a, b, rank, scale: 1 })) - Math.sqrt(lost)) / Math.sqrt(total),
    ).toBeLessThan(3e-7);
  });

  it('of an exact product is rounding, which a difference of energies does not tell from 1e-4', () => {
    const [b, a] = [random.normal(['b'], 50 * 2), random.normal(['a'], 2 * 60)];
    const product = multiply(createMatrix(50, 2, Float64Array.from(b)), createMatrix(2, 60, Float64Array.from(a)));
    const x = { rows: 50, columns: 60, data: toFloat32(product).map((value) => 3 * value) };
    const total = x.data.reduce((sum, value) => sum + value * value, 0);
    expect(Math.sqrt(denseResidual(x, { a, b, rank: 2, scale: 3 }) / total)).toBeLessThan(1e-7);
  });
});
