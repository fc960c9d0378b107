import { describe, expect, it } from 'vitest';
import { denseError, identity, randomLowRank, randomMatrix, ROUNDING } from './algebra.testing.js';
import { taskUpdate, toFactors } from './factors.js';
import { expandCore, jointSpan } from './joint-span.js';
import { relativeError } from './low-rank.js';
import { createMatrix, frobeniusNorm, scaleColumns, subtractMatrices, transpose } from './matrix.js';
import { gram, multiply, multiplyByTranspose, multiplyTransposed } from './multiply.js';
import { countAbove, polarFactor } from './polar.js';
import { thinQr } from './thin-qr.js';

describe('polar factor', () => {
  it.each([
    ['tall', 30, 6],
    ['wide', 6, 30],
    ['square', 12, 12],
  ])('of a %s matrix has orthonormal columns or rows, and x is it times a symmetric positive matrix', (name, m, n) => {
    const x = randomMatrix(name, m, n);
    const q = polarFactor(x);
    const short = m >= n ? gram(q) : gram(transpose(q));
    expect(frobeniusNorm(subtractMatrices(short, identity(Math.min(m, n))))).toBeLessThan(1e-12);
    const h = m >= n ? multiplyTransposed(q, x) : multiplyByTranspose(x, q);
    expect(denseError(h, transpose(h))).toBeLessThan(1e-12);
    expect(denseError(m >= n ? multiply(q, h) : multiply(h, q), x)).toBeLessThan(1e-12);
    // Positive: its own polar factor is the identity.
    expect(denseError(polarFactor(h), identity(Math.min(m, n)))).toBeLessThan(1e-10);
  });

  it('is homogeneous of degree 0, and leaves orthonormal columns as they are', () => {
    const x = randomMatrix('x', 20, 5);
    expect(denseError(polarFactor(scaleColumns(x, [3, 3, 3, 3, 3])), polarFactor(x))).toBeLessThan(ROUNDING);
    const { q } = thinQr(x);
    expect(denseError(polarFactor(q), q)).toBeLessThan(ROUNDING);
  });

  it('leaves out directions below the floor, and is a partial isometry then', () => {
    const left = thinQr(randomMatrix('left', 20, 3)).q;
    const x = multiplyByTranspose(scaleColumns(left, [2, 1, 1e-7]), thinQr(randomMatrix('right', 9, 3)).q);
    const q = polarFactor(x, 1e-6);
    expect(Math.abs(frobeniusNorm(q) ** 2 - 2)).toBeLessThan(1e-12);
    expect(Math.abs(frobeniusNorm(polarFactor(x)) ** 2 - 3)).toBeLessThan(1e-6);
    expect(denseError(multiply(multiplyByTranspose(q, q), q), q)).toBeLessThan(1e-12);
    expect(frobeniusNorm(polarFactor(createMatrix(4, 3)))).toBe(0);
  });

  it.each([
    [[], 0.5, 0],
    [[4, 2, 1], 0, 3],
    [[4, 2, 1], 0.5, 2],
    [[4, 2, 1], 0.51, 1],
  ] as const)('counts of %j what is at least %f of the first: %i', (values, floor, count) => {
    expect(countAbove(Float64Array.from(values), floor)).toBe(count);
  });
});

describe('factors', () => {
  it('fold scale and weight in once, and back to float32', () => {
    const factors = { rank: 1, scale: 0.5, a: Float32Array.of(1, 2), b: Float32Array.of(4, 8, 12) };
    const update = taskUpdate(factors, { outFeatures: 3, inFeatures: 2 }, -3);
    expect(update.scale).toBe(-1.5);
    expect(toFactors(update)).toEqual({
      rank: 1,
      scale: 1,
      a: Float32Array.of(1, 2),
      b: Float32Array.of(-6, -12, -18),
    });
  });

  it('of the zero matrix are zeros of rank 1', () => {
    const zero = { b: createMatrix(3, 0), a: createMatrix(0, 2), scale: 1 };
    expect(toFactors(zero)).toEqual({ rank: 1, scale: 1, a: new Float32Array(2), b: new Float32Array(3) });
  });
});

describe('the joint span', () => {
  const items = [randomLowRank('x', 30, 22, 3), randomLowRank('y', 30, 22, 4, -0.5)];

  it('gives every update back, of equal size on both sides', () => {
    const span = jointSpan(items);
    expect([span.rows, span.columns]).toEqual([7, 7]);
    items.forEach((item, i) => {
      const back = expandCore(span, span.cores[i]!);
      expect(relativeError(back, item)).toBeLessThan(1e-12);
      expect(back.b.columns).toBe(item.b.columns);
      expect(frobeniusNorm(back.b) / frobeniusNorm(back.a)).toBeCloseTo(1, 10);
    });
    expect(expandCore(span, createMatrix(7, 7)).b.columns).toBe(0);
  });

  it('has orthonormal bases, of no more dimensions than the updates span', () => {
    const shared = { ...items[0]!, b: randomMatrix('other', 30, 3) };
    const span = jointSpan([items[0]!, shared, items[0]!]);
    expect([span.rows, span.columns]).toEqual([6, 3]);
    expect(frobeniusNorm(subtractMatrices(gram(span.left(identity(6))), identity(6)))).toBeLessThan(1e-12);
    expect(frobeniusNorm(subtractMatrices(gram(transpose(span.right(identity(3)))), identity(3)))).toBeLessThan(1e-12);
  });

  it('of updates of other shapes, or of none, is refused', () => {
    const wrong = expect.objectContaining({ code: 'ALGEBRA_SHAPE_MISMATCH' }) as Error;
    expect(() => jointSpan([])).toThrow(wrong);
    expect(() => jointSpan([items[0]!, randomLowRank('z', 29, 22, 2)])).toThrow(wrong);
  });
});
