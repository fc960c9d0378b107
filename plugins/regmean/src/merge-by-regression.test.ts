import {
  addMatrices,
  createMatrix,
  relativeError,
  scaleMatrix,
  toDense,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';
import { fuseAdapters, randomUpdate, regauge, syntheticAdapter, syntheticStatistics } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { mergeByRegression, regMean, regMeanErrors, type RegressionItem, type RegressionSettings } from './index.js';

const [out, inputs] = [6, 9];
const updateOf = (key: string, rank: number, scale = 1): LowRank =>
  randomUpdate(key, { rank, scale, outFeatures: out, inFeatures: inputs });

/** Inputs of a layer, `[rows, in]`, with directions of unequal size, and their second moment. */
function inputsOf(key: string, rows: number): { readonly x: Matrix; readonly gram: Float64Array } {
  const draws = createKeyedRandom(9).normal([key], rows * inputs);
  const x = createMatrix(rows, inputs);
  for (let i = 0; i < x.data.length; i += 1) x.data[i] = draws[i]! * (1 + 3 * ((i * 7) % inputs === 0 ? 1 : 0)) + 0.5;
  const gram = new Float64Array(inputs * inputs);
  for (let r = 0; r < rows; r += 1) {
    for (let i = 0; i < inputs; i += 1) {
      for (let j = 0; j < inputs; j += 1)
        gram[i * inputs + j]! += (x.data[r * inputs + i]! * x.data[r * inputs + j]!) / rows;
    }
  }
  return { x, gram };
}

const items: readonly RegressionItem[] = [
  { update: updateOf('x', 2, 0.5), gram: inputsOf('x', 30).gram, weight: 1 },
  { update: updateOf('y', 3, 2), gram: inputsOf('y', 40).gram, weight: 0.4 },
  { update: updateOf('z', 1), gram: inputsOf('z', 25).gram, weight: 2.5 },
];
const plain: RegressionSettings = { alpha: 1, ridge: 0 };

function merge(given: readonly RegressionItem[], settings: RegressionSettings = plain): LowRank {
  const merged = mergeByRegression(given, settings);
  if ('pivot' in merged) throw new Error(`singular at ${merged.pivot}`);
  return merged;
}

/** Gauss's elimination with pivots on dense matrices: X with X·S = M, an independent way from Cholesky's. */
function solveDense(s: Matrix, m: Matrix): Matrix {
  const [n, width] = [s.rows, m.rows];
  const rows = Array.from({ length: n }, (_, i) => [
    ...Array.from({ length: n }, (_v, j) => s.data[j * n + i]!),
    ...Array.from({ length: width }, (_v, r) => m.data[r * n + i]!),
  ]);
  for (let column = 0; column < n; column += 1) {
    const pivot = rows
      .slice(column)
      .reduce((best, row, i) => (Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? column + i : best), column);
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const head = rows[column]!;
    rows.forEach((row, i) => {
      if (i === column) return;
      const factor = row[column]! / head[column]!;
      for (let j = column; j < row.length; j += 1) row[j]! -= factor * head[j]!;
    });
  }
  const x = createMatrix(width, n);
  for (let r = 0; r < width; r += 1) for (let i = 0; i < n; i += 1) x.data[r * n + i] = rows[i]![n + r]! / rows[i]![i]!;
  return x;
}

/** The formula on dense matrices, in float64. */
function dense(given: readonly RegressionItem[], { alpha, ridge }: RegressionSettings): Matrix {
  const total = given.reduce((sum, { weight }) => sum + weight, 0);
  const diagonal = (gram: ArrayLike<number>): number =>
    Array.from({ length: inputs }, (_, i) => gram[i * inputs + i]!).reduce((sum, x) => sum + x, 0) / inputs;
  const rho = (ridge * given.reduce((sum, { gram, weight }) => sum + weight * diagonal(gram), 0)) / total;
  let [left, right] = [createMatrix(out, inputs), createMatrix(inputs, inputs)];
  for (const { update, gram, weight } of given) {
    const h = createMatrix(inputs, inputs);
    for (let i = 0; i < inputs; i += 1) {
      for (let j = 0; j < inputs; j += 1) {
        h.data[i * inputs + j] = weight * (i === j ? gram[i * inputs + j]! + rho : alpha * gram[i * inputs + j]!);
      }
    }
    const delta = toDense(update);
    const product = createMatrix(out, inputs);
    for (let o = 0; o < out; o += 1) {
      for (let j = 0; j < inputs; j += 1) {
        for (let k = 0; k < inputs; k += 1)
          product.data[o * inputs + j]! += delta.data[o * inputs + k]! * h.data[k * inputs + j]!;
      }
    }
    left = addMatrices(left, product);
    right = addMatrices(right, h);
  }
  return solveDense(right, left);
}

const far = (x: Matrix, y: Matrix): number => {
  const [difference, size] = [x, y].map((m, which) =>
    Math.sqrt(m.data.reduce((sum, value, i) => sum + (which === 0 ? value - y.data[i]! : value) ** 2, 0)),
  ) as [number, number];
  return difference / size;
};

describe('RegMean', () => {
  it.each([
    [1, 0],
    [0.9, 0],
    [0.9, 1e-6],
    [0.1, 0.05],
    [0, 0],
  ])('equals the dense formula by another solver (alpha %d, ridge %d)', (alpha, ridge) => {
    expect(far(toDense(merge(items, { alpha, ridge })), dense(items, { alpha, ridge }))).toBeLessThan(1e-11);
  });

  // The law that it is derived from: no matrix near X has outputs that are nearer to the adapters' own.
  it('is the minimum of Σ w_i ‖(X − ΔW_i) X_iᵀ‖², looked at directly', () => {
    const sets = [inputsOf('x', 30), inputsOf('y', 40), inputsOf('z', 25)];
    const loss = (x: Matrix): number =>
      items.reduce((sum, { update, weight }, task) => {
        const delta = toDense(update);
        const data = sets[task]!.x;
        let own = 0;
        for (let r = 0; r < data.rows; r += 1) {
          for (let o = 0; o < out; o += 1) {
            let error = 0;
            for (let k = 0; k < inputs; k += 1) {
              error += (x.data[o * inputs + k]! - delta.data[o * inputs + k]!) * data.data[r * inputs + k]!;
            }
            own += error ** 2 / data.rows;
          }
        }
        return sum + weight * own;
      }, 0);
    const best = toDense(merge(items));
    const least = loss(best);
    for (let i = 0; i < best.data.length; i += 1) {
      for (const step of [-1e-3, 1e-3]) {
        const moved = createMatrix(out, inputs, best.data.slice());
        moved.data[i]! += step;
        expect(loss(moved)).toBeGreaterThan(least);
      }
    }
  });

  it('gives one update back, with any alpha and ridge', () => {
    for (const settings of [plain, { alpha: 0.3, ridge: 0.5 }]) {
      expect(relativeError(merge([items[1]!], settings), items[1]!.update)).toBeLessThan(1e-12);
    }
  });

  it('is the weighted mean where all Gram matrices are equal', () => {
    const equal = items.map((item) => ({ ...item, gram: items[0]!.gram }));
    const total = equal.reduce((sum, { weight }) => sum + weight, 0);
    const mean = equal
      .map(({ update, weight }) => scaleMatrix(toDense(update), weight / total))
      .reduce((sum, part) => addMatrices(sum, part));
    for (const settings of [plain, { alpha: 0.5, ridge: 0.1 }]) {
      expect(far(toDense(merge(equal, settings)), mean)).toBeLessThan(1e-12);
    }
  });

  it.each([0.9, 1])('a large ridge leads to the weighted mean (alpha %d)', (alpha) => {
    const total = items.reduce((sum, { weight }) => sum + weight, 0);
    const mean = items
      .map(({ update, weight }) => scaleMatrix(toDense(update), weight / total))
      .reduce((sum, part) => addMatrices(sum, part));
    expect(far(toDense(merge(items, { alpha, ridge: 1e9 })), mean)).toBeLessThan(1e-7);
  });

  it('does not look at the order, the split into factors, or a common factor of Gram matrices or weights', () => {
    const settings = { alpha: 0.9, ridge: 1e-3 };
    const expected = merge(items, settings);
    const same = (other: readonly RegressionItem[]): number => relativeError(merge(other, settings), expected);
    expect(same(items.toReversed())).toBeLessThan(1e-12);
    expect(same(items.map((item, i) => ({ ...item, update: regauge(item.update, `g${i}`) })))).toBeLessThan(1e-11);
    expect(same(items.map((item) => ({ ...item, gram: Float64Array.from(item.gram, (x) => 40 * x) })))).toBeLessThan(
      1e-12,
    );
    expect(same(items.map((item) => ({ ...item, weight: 3 * item.weight })))).toBeLessThan(1e-12);
  });

  it('c times the updates give c times the result', () => {
    const scaled = items.map((item) => ({ ...item, update: { ...item.update, scale: -3 * item.update.scale } }));
    expect(far(toDense(merge(scaled)), scaleMatrix(toDense(merge(items)), -3))).toBeLessThan(1e-12);
  });

  it('says so where inputs span too little, and is well again with a ridge', () => {
    const few = [{ ...items[0]!, gram: inputsOf('few', 3).gram }];
    expect(mergeByRegression(few, plain)).toHaveProperty('pivot');
    expect(relativeError(merge(few, { alpha: 1, ridge: 1e-3 }), few[0]!.update)).toBeLessThan(1e-9);
    const dead = new Float64Array(inputs * inputs);
    expect(mergeByRegression([{ ...items[0]!, gram: dead }], { alpha: 0.9, ridge: 0.1 })).toEqual({ pivot: 0 });
  });
});

describe('through the platform', () => {
  const adapters = [1, 2].map((seed) => syntheticAdapter({ seed, rank: 1 + seed }));
  const statistics = [1, 2].map((seed) => syntheticStatistics('GRAM', seed));

  it('has the rank of all adapters together, or the one asked for', async () => {
    const { outcome } = await fuseAdapters({ strategy: regMean, adapters, statistics });
    expect(outcome.fidelity).toMatchObject({ outputRank: 5, relativeError: 0 });
    const small = await fuseAdapters({ strategy: regMean, adapters, statistics, outputRank: 3 });
    expect(small.outcome.rank).toBe(3);
  });

  it('refuses a negative weight', async () => {
    await expect(fuseAdapters({ strategy: regMean, adapters, statistics, weights: [1, -1] })).rejects.toMatchObject({
      cause: { code: regMeanErrors.weightNegative.entry.code },
    });
  });

  it('weights of nought give nought', async () => {
    const fused = await fuseAdapters({ strategy: regMean, adapters, statistics, weights: [0, 0] });
    for (const { data } of fused.deltas.values()) expect(data.every((value) => value === 0)).toBe(true);
  });
});
