import { describe, expect, it } from 'vitest';
import { denseError, randomLowRank, randomMatrix, ROUNDING } from './algebra.testing.js';
import { toDense } from './low-rank.js';
import { matrixFrom, scaleColumns, toFloat32, type Matrix } from './matrix.js';
import { multiply, multiplyTransposed } from './multiply.js';
import { svd } from './svd.js';
import { balanceFactors, truncatedSvd } from './truncated-svd.js';

describe('truncated SVD of a dense matrix', () => {
  const dense = (name: string, rows: number, columns: number, rank: number, noise: number) => {
    const signal = toDense(randomLowRank(name, rows, columns, rank, 1 / Math.sqrt(rank)));
    const rest = randomMatrix('noise', rows, columns);
    return {
      rows,
      columns,
      data: toFloat32({ ...signal, data: signal.data.map((v, at) => v + noise * rest.data[at]!) }),
    };
  };

  it.each([
    [20, 30],
    [64, 64],
    [1, 50],
  ])('is the exact one for small matrices: %i × %i', async (rows, columns) => {
    const input = dense('small', rows, columns, 5, 0.1);
    const exact = svd(matrixFrom(rows, columns, input.data));
    const { u, singularValues, vt, retainedEnergy } = await truncatedSvd(input, 3);
    expect(singularValues).toEqual(exact.singularValues.slice(0, 3));
    const kept = multiply(scaleColumns(u, singularValues), vt);
    const error = denseError(kept, matrixFrom(rows, columns, input.data));
    expect(error ** 2).toBeCloseTo(1 - retainedEnergy, 12);
    const { b, a } = balanceFactors({ u, singularValues, vt });
    expect(denseError(multiply(b, a), kept)).toBeLessThan(ROUNDING);
  });

  it('finds the leading triples of large ones, and says truly how much it kept', async () => {
    const input = dense('large', 400, 300, 10, 0.02);
    const exact = svd(matrixFrom(400, 300, input.data));
    const found = await truncatedSvd(input, 10, { seed: 3 });
    found.singularValues.forEach((value, i) => {
      expect(Math.abs(value / exact.singularValues[i]! - 1)).toBeLessThan(1e-6);
    });
    const kept = multiply(scaleColumns(found.u, found.singularValues), found.vt);
    const error = denseError(kept, matrixFrom(400, 300, input.data));
    expect(error ** 2).toBeCloseTo(1 - found.retainedEnergy, 9);
    expect(await truncatedSvd(input, 10, { seed: 3 })).toEqual(found);
  });

  it('takes the products of its host, and stops when it is told to', async () => {
    const input = dense('host', 300, 310, 6, 0.01);
    const matrix = matrixFrom(300, 310, input.data);
    let calls = 0;
    const products = {
      multiply: (x: Matrix) => {
        calls += 1;
        return Promise.resolve(multiply(matrix, x));
      },
      multiplyTransposed: (x: Matrix) => multiplyTransposed(matrix, x),
    };
    const own = await truncatedSvd(input, 6);
    const hosted = await truncatedSvd(input, 6, { products });
    expect(calls).toBeGreaterThan(1);
    hosted.singularValues.forEach((value, i) => expect(value).toBeCloseTo(own.singularValues[i]!, 9));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(truncatedSvd(input, 6, { signal })).rejects.toThrow('enough');
  });

  it('of zeros is empty, and of NaN refused', async () => {
    const zeros = { rows: 300, columns: 300, data: new Float32Array(90_000) };
    expect(await truncatedSvd(zeros, 4)).toMatchObject({ retainedEnergy: 1, u: { columns: 0 } });
    zeros.data[5] = Number.NaN;
    await expect(truncatedSvd(zeros, 4)).rejects.toMatchObject({ code: 'ALGEBRA_NOT_FINITE' });
    await expect(truncatedSvd(zeros, 0)).rejects.toMatchObject({ code: 'ALGEBRA_RANK_INVALID' });
  });
});
