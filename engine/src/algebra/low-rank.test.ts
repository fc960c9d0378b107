import { describe, expect, it } from 'vitest';
import { denseError, randomLowRank, randomMatrix, ROUNDING } from './algebra.testing.js';
import { coreBasis, fromCore } from './core-basis.js';
import {
  concatenate,
  cosine,
  innerProduct,
  norm,
  projectedEnergy,
  recompress,
  relativeError,
  toDense,
  type LowRank,
} from './low-rank.js';
import { createMatrix, frobeniusNorm, scaleColumns, scaleMatrix, transpose } from './matrix.js';
import { multiply, multiplyByTranspose } from './multiply.js';
import { svd } from './svd.js';

describe('low-rank updates', () => {
  const x = randomLowRank('x', 30, 22, 4);
  const y = randomLowRank('y', 30, 22, 7, -0.5);
  const zero: LowRank = { b: createMatrix(30, 3), a: randomMatrix('a', 3, 22), scale: 2 };

  it('do not depend on how they are split into factors', () => {
    const g = randomMatrix('gauge', 4, 4);
    const { u, singularValues, vt } = svd(g);
    const inverse = multiplyByTranspose(
      transpose(scaleMatrix(vt, 1)),
      scaleColumns(
        u,
        singularValues.map((s) => 1 / s),
      ),
    );
    const turned: LowRank = { b: multiply(x.b, g), a: multiply(inverse, x.a), scale: x.scale };
    expect(relativeError(turned, x)).toBeLessThan(1e-12);
    expect(norm(turned)).toBeCloseTo(norm(x), 10);
    expect(cosine(turned, y)).toBeCloseTo(cosine(x, y), 12);
    expect(denseError(toDense(recompress(turned, 2)), toDense(recompress(x, 2)))).toBeLessThan(1e-12);
  });

  it('agree with dense arithmetic in every measure', () => {
    const [dx, dy] = [toDense(x), toDense(y)];
    const inner = dx.data.reduce((sum, value, at) => sum + value * dy.data[at]!, 0);
    expect(innerProduct(x, y)).toBeCloseTo(inner, 9);
    expect(norm(x)).toBeCloseTo(frobeniusNorm(dx), 10);
    expect(cosine(x, y)).toBeCloseTo(inner / frobeniusNorm(dx) / frobeniusNorm(dy), 12);
    expect(relativeError(x, y)).toBeCloseTo(denseError(dx, dy), 12);
  });

  it('sum up exactly with any weights and ranks, and weight 0 costs no rank', () => {
    const sum = concatenate([x, y, zero], [0.3, -2, 0]);
    const expected = toDense(x).data.map((value, at) => 0.3 * value - 2 * toDense(y).data[at]!);
    expect(denseError(toDense(sum), createMatrix(30, 22, expected))).toBeLessThan(ROUNDING);
    expect(sum.a.rows).toBe(11);
    expect(concatenate([x], [1]).a).toEqual(x.a);
  });

  it('cancel to nothing where they are equal, and are told apart down to rounding', () => {
    expect(norm(concatenate([x, x], [1, -1])) / norm(x)).toBeLessThan(1e-15);
    expect(recompress(concatenate([x, x], [1, 1])).singularValues).toHaveLength(4);
    const nudged: LowRank = {
      ...x,
      b: createMatrix(
        30,
        4,
        x.b.data.map((value) => value * (1 + 1e-11)),
      ),
    };
    expect(relativeError(nudged, x)).toBeGreaterThan(0.99e-11);
    expect(relativeError(nudged, x)).toBeLessThan(1.01e-11);
  });

  it('may be zero', () => {
    expect(norm(zero)).toBe(0);
    expect(cosine(zero, x)).toBe(0);
    expect(relativeError(zero, zero)).toBe(0);
    expect(relativeError(x, zero)).toBe(Number.POSITIVE_INFINITY);
    expect(projectedEnergy(zero, x)).toBe(1);
    expect(projectedEnergy(x, zero)).toBe(0);
    expect(recompress(zero, 2)).toMatchObject({ retainedEnergy: 1, b: { columns: 0 } });
    expect(denseError(toDense(concatenate([zero, x])), toDense(x))).toBeLessThan(ROUNDING);
    expect(coreBasis([zero, x]).cores.map(frobeniusNorm)[0]).toBe(0);
    expect(norm(concatenate([x, y], [0, 0]))).toBe(0);
  });

  it('may be a row, a column, or of a rank above their size', () => {
    for (const [rows, columns] of [
      [1, 9],
      [9, 1],
      [1, 1],
      [5, 6],
    ] as const) {
      const items = [randomLowRank('p', rows, columns, 8), randomLowRank('q', rows, columns, 3)];
      const sum = concatenate(items);
      expect(denseError(toDense(recompress(sum)), toDense(sum))).toBeLessThan(ROUNDING);
      const basis = coreBasis(items);
      items.forEach((item, i) =>
        expect(denseError(toDense(fromCore(basis, basis.cores[i]!)), toDense(item))).toBeLessThan(ROUNDING),
      );
    }
  });

  it('keep after recompression what the singular values say', () => {
    const sum = concatenate([x, y]);
    for (let rank = 1; rank <= 11; rank += 1) {
      const kept = recompress(sum, rank);
      expect(relativeError(kept, sum) ** 2).toBeCloseTo(1 - kept.retainedEnergy, 12);
    }
    expect(projectedEnergy(x, sum)).toBeCloseTo(1, 12);
    expect(projectedEnergy(sum, recompress(sum, 3))).toBeCloseTo(recompress(sum, 3).retainedEnergy, 12);
  });

  it('of different shapes are refused, and so are ranks that are none', () => {
    const other = randomLowRank('other', 29, 22, 2);
    const wrong = expect.objectContaining({ code: 'ALGEBRA_SHAPE_MISMATCH' }) as Error;
    for (const call of [
      () => concatenate([x, other]),
      () => concatenate([]),
      () => innerProduct(x, other),
      () => relativeError(x, other),
      () => projectedEnergy(x, other),
      () => coreBasis([x, other]),
      () => coreBasis([]),
    ]) {
      expect(call).toThrow(wrong);
    }
    for (const rank of [0, -1, 1.5, Number.NaN]) {
      expect(() => recompress(x, rank)).toThrow(expect.objectContaining({ code: 'ALGEBRA_RANK_INVALID' }) as Error);
    }
  });
});
