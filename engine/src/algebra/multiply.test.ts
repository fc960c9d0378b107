import { describe, expect, it } from 'vitest';
import { denseError, naiveProduct, randomMatrix, ROUNDING } from './algebra.testing.js';
import { createMatrix, transpose } from './matrix.js';
import { gram, gramOfRows, multiply, multiplyByTranspose, multiplyByUpper, multiplyTransposed } from './multiply.js';

describe('products equal the definition, at every edge of their blocks', () => {
  const sizes = [0, 1, 2, 3, 4, 5, 63, 64, 65, 130, 255, 256, 257, 515];
  it.each(sizes)('inner size %i', (k) => {
    for (const [m, n] of [
      [1, 1],
      [2, 7],
      [65, 3],
      [5, 515],
      [259, 6],
    ] as const) {
      const x = randomMatrix('x', m, k);
      const y = randomMatrix('y', k, n);
      const expected = naiveProduct(x, y);
      expect(denseError(multiply(x, y), expected)).toBeLessThan(ROUNDING);
      expect(denseError(multiplyTransposed(transpose(x), y), expected)).toBeLessThan(ROUNDING);
      expect(denseError(multiplyByTranspose(x, transpose(y)), expected)).toBeLessThan(ROUNDING);
      expect(denseError(gram(x), naiveProduct(transpose(x), x))).toBeLessThan(ROUNDING);
      expect(denseError(gramOfRows(x), naiveProduct(x, transpose(x)))).toBeLessThan(ROUNDING);
    }
    const upper = randomMatrix('upper', k, k);
    for (let i = 0; i < k; i += 1) upper.data.fill(0, i * k, i * k + i);
    const x = randomMatrix('x', 9, k);
    expect(denseError(multiplyByUpper(x, upper), naiveProduct(x, upper))).toBeLessThan(ROUNDING);
  });

  it('refuses shapes that do not fit', () => {
    const wrong = expect.objectContaining({ code: 'ALGEBRA_SHAPE_MISMATCH' }) as Error;
    expect(() => multiply(createMatrix(2, 3), createMatrix(2, 3))).toThrow(wrong);
    expect(() => multiplyTransposed(createMatrix(2, 3), createMatrix(3, 3))).toThrow(wrong);
    expect(() => multiplyByTranspose(createMatrix(2, 3), createMatrix(2, 2))).toThrow(wrong);
    expect(() => createMatrix(2, 3, new Float64Array(5))).toThrow(wrong);
  });

  it('keeps NaN and infinities where the definition has them, and nothing of an earlier product', () => {
    const spoiled = createMatrix(5, 6, new Float64Array(30).fill(Number.NaN));
    multiply(spoiled, randomMatrix('y', 6, 7));
    const x = randomMatrix('x', 3, 2);
    expect(denseError(multiply(x, transpose(x)), naiveProduct(x, transpose(x)))).toBeLessThan(ROUNDING);
    const y = createMatrix(2, 2, Float64Array.of(1, Infinity, 0, Number.NaN));
    expect([...multiply(createMatrix(1, 2, Float64Array.of(2, 1)), y).data]).toEqual([2, Number.NaN]);
    expect([
      ...multiply(createMatrix(1, 2, Float64Array.of(2, 0)), createMatrix(2, 1, Float64Array.of(Infinity, 1))).data,
    ]).toEqual([Infinity]);
  });

  it('gives the same bits for a block as for the whole: zeros behind a matrix change nothing', () => {
    const x = randomMatrix('x', 300, 40);
    const y = randomMatrix('y', 40, 9);
    const rows = multiply({ rows: 4, columns: 40, data: x.data.subarray(0, 160) }, y);
    expect(rows.data).toEqual(multiply(x, y).data.slice(0, 36));
  });
});
