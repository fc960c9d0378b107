import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createKeyedRandom } from '../random/index.js';
import { openSafetensors, type TensorFile } from '../tensors/index.js';
import { coreBasis, fromCore, projectToCore } from './core-basis.js';
import {
  concatenate,
  cosine,
  createLowRank,
  innerProduct,
  norm,
  projectedEnergy,
  recompress,
  relativeError,
  toDense,
  type LowRank,
} from './low-rank.js';
import {
  createMatrix,
  frobeniusNorm,
  matrixFrom,
  scaleColumns,
  scaleMatrix,
  toFloat32,
  transpose,
  type Matrix,
} from './matrix.js';
import { gram, multiply, multiplyByTranspose, multiplyByUpper, multiplyTransposed } from './multiply.js';
import { svd } from './svd.js';
import { thinQr } from './thin-qr.js';
import { balanceFactors, truncatedSvd } from './truncated-svd.js';

const golden = fileURLToPath(new URL('../../golden/spectral/', import.meta.url));
const random = createKeyedRandom(5);
const randomMatrix = (name: string, rows: number, columns: number): Matrix =>
  matrixFrom(rows, columns, random.normal([name, rows, columns], rows * columns));
const randomLowRank = (name: string, rows: number, columns: number, rank: number, scale = 1.5): LowRank => ({
  b: randomMatrix(`${name}.b`, rows, rank),
  a: randomMatrix(`${name}.a`, rank, columns),
  scale,
});

function subtract(x: Matrix, y: Matrix): Matrix {
  return createMatrix(
    x.rows,
    x.columns,
    x.data.map((value, at) => value - y.data[at]!),
  );
}
/** ‖x - y‖ / ‖y‖ over dense matrices: the reference for everything that avoids them. */
const denseError = (x: Matrix, y: Matrix): number => frobeniusNorm(subtract(x, y)) / (frobeniusNorm(y) || 1);
const identity = (n: number): Matrix =>
  createMatrix(
    n,
    n,
    Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
  );
/** Entry by entry from the definition. */
function naiveProduct(x: Matrix, y: Matrix): Matrix {
  const out = createMatrix(x.rows, y.columns);
  for (let i = 0; i < x.rows; i += 1) {
    for (let j = 0; j < y.columns; j += 1) {
      for (let p = 0; p < x.columns; p += 1) {
        out.data[i * y.columns + j]! += x.data[i * x.columns + p]! * y.data[p * y.columns + j]!;
      }
    }
  }
  return out;
}

/** Arithmetic in float64 on matrices of these sizes. */
const ROUNDING = 1e-13;

describe('products equal the definition, at every edge of their blocks', () => {
  const sizes = [0, 1, 2, 3, 4, 5, 63, 64, 65, 130];
  it.each(sizes)('inner size %i', (k) => {
    for (const [m, n] of [
      [1, 1],
      [2, 7],
      [65, 3],
      [5, 515],
    ] as const) {
      const x = randomMatrix('x', m, k);
      const y = randomMatrix('y', k, n);
      const expected = naiveProduct(x, y);
      expect(denseError(multiply(x, y), expected)).toBeLessThan(ROUNDING);
      expect(denseError(multiplyTransposed(transpose(x), y), expected)).toBeLessThan(ROUNDING);
      expect(denseError(multiplyByTranspose(x, transpose(y)), expected)).toBeLessThan(ROUNDING);
      expect(denseError(gram(x), naiveProduct(transpose(x), x))).toBeLessThan(ROUNDING);
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
});

/** Matrices that break careless decompositions. */
const difficult: readonly (readonly [string, Matrix, number])[] = [
  ['full rank, tall', randomMatrix('tall', 200, 12), 12],
  ['full rank, wide', randomMatrix('wide', 7, 40), 7],
  ['square', randomMatrix('square', 33, 33), 33],
  ['one row', randomMatrix('row', 1, 9), 1],
  ['one column', randomMatrix('column', 9, 1), 1],
  ['zeros', createMatrix(6, 4), 0],
  ['nothing', createMatrix(5, 0), 0],
  ['copies of one block', multiply(randomMatrix('block', 50, 3), randomMatrix('copies', 3, 24)), 3],
  ['tiny entries', scaleMatrix(randomMatrix('tiny', 20, 5), 1e-40), 5],
  ['huge entries', scaleMatrix(randomMatrix('huge', 20, 5), 1e100), 5],
  ['condition 1e10', scaleColumns(randomMatrix('graded', 60, 6), [1, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10]), 6],
  [
    'nearly equal columns',
    createMatrix(
      40,
      3,
      randomMatrix('near', 40, 3).data.map((value, at) => (at % 3) * 1e-9 * value + Math.sin(Math.floor(at / 3))),
    ),
    3,
  ],
  ['equal singular values', identity(8), 8],
];

describe('thin QR', () => {
  it.each(difficult)('%s: x = Q·R, Q orthonormal, of the rank of x', (_, x, rank) => {
    const { q, r } = thinQr(x);
    expect(q.columns).toBe(rank);
    expect(denseError(multiply(q, r), x)).toBeLessThan(ROUNDING);
    expect(frobeniusNorm(subtract(gram(q), identity(rank)))).toBeLessThan(1e-12);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    const x = createMatrix(2, 2, Float64Array.of(1, value, 3, 4));
    const refused = expect.objectContaining({ code: 'ALGEBRA_NOT_FINITE' }) as Error;
    expect(() => thinQr(x)).toThrow(refused);
    expect(() => svd(x)).toThrow(refused);
  });
});

describe('SVD', () => {
  it.each(difficult)('%s: x = U·S·Vᵀ, orthonormal, falling, with fixed signs', (_, x, rank) => {
    const { u, singularValues, vt } = svd(x);
    expect(singularValues).toHaveLength(rank);
    expect(denseError(multiply(scaleColumns(u, singularValues), vt), x)).toBeLessThan(ROUNDING);
    expect(frobeniusNorm(subtract(gram(u), identity(rank)))).toBeLessThan(1e-11);
    expect(frobeniusNorm(subtract(gram(transpose(vt)), identity(rank)))).toBeLessThan(1e-11);
    expect([...singularValues]).toEqual([...singularValues].sort((a, b) => b - a));
    const rows = Array.from({ length: rank }, (_, i) => [...vt.data.subarray(i * vt.columns, (i + 1) * vt.columns)]);
    expect(rows.every((row) => Math.max(...row) >= -Math.min(...row))).toBe(true);
  });

  it('finds values that are known: those of diag(s) between rotations', () => {
    const values = [9, 4, 4, 1e-3, 1e-7];
    const left = thinQr(randomMatrix('left', 30, 5)).q;
    const right = thinQr(randomMatrix('right', 20, 5)).q;
    const { singularValues } = svd(multiplyByTranspose(scaleColumns(left, values), right));
    singularValues.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-14 * 9));
  });

  it('is a function of its input: the same bytes each time', () => {
    const x = randomMatrix('again', 40, 30);
    expect(svd(x)).toEqual(svd(matrixFrom(40, 30, x.data)));
  });
});

interface SpectralCase {
  readonly parameters: { readonly ranks: number[]; readonly scales: number[]; readonly weights: number[] };
  readonly facts: Readonly<Record<string, { readonly relativeError: number; readonly retainedEnergy: number }>>;
  readonly tolerance: { readonly relativeFrobenius: { readonly float64: number } };
}
const readCase = (name: string): SpectralCase =>
  JSON.parse(readFileSync(join(golden, name, 'case.json'), 'utf8')) as SpectralCase;

async function readItems(
  file: string,
  { ranks, scales }: SpectralCase['parameters'],
  module: string,
): Promise<LowRank[]> {
  const inputs = await openSafetensors(join(golden, '_inputs', file));
  const items: LowRank[] = [];
  for (const [i, rank] of ranks.entries()) {
    const a = await inputs.readFloat32(`adapter${i}/${module}.lora_A.weight`);
    const b = await inputs.readFloat32(`adapter${i}/${module}.lora_B.weight`);
    const shape = { rank, scale: scales[i]!, inFeatures: a.length / rank, outFeatures: b.length / rank };
    items.push(createLowRank({ a, b }, shape));
  }
  await inputs.close();
  return items;
}

async function readF64(file: TensorFile, name: string): Promise<Matrix> {
  const [rows = 1, columns = 1] = file.info(name).shape;
  return createMatrix(rows, columns, new Float64Array((await file.read(name)).buffer));
}

describe.each(['equal', 'lowrank', 'mixed'])('against numpy on dense matrices: %s', (name) => {
  describe.each(['m0', 'm1'])('module %s', (module) => {
    const sums = readCase(`sum-${name}`);
    const { weights } = sums.parameters;
    const bound = sums.tolerance.relativeFrobenius.float64;

    it('the exact sum, its singular values, and its best approximations', async () => {
      const items = await readItems(`${name}.safetensors`, sums.parameters, module);
      const expected = await openSafetensors(join(golden, `sum-${name}`, 'expected.safetensors'));
      const sum = concatenate(items, weights);
      expect(denseError(toDense(sum), await readF64(expected, `delta/${module}`))).toBeLessThan(bound);
      const { data: values } = await readF64(expected, `singular/${module}`);
      const found = recompress(sum).singularValues;
      values.forEach((value, i) => expect(Math.abs((found[i] ?? 0) - value)).toBeLessThan(bound * values[0]!));
      for (const rank of [2, 5]) {
        const compressed = recompress(sum, rank);
        const facts = sums.facts[`rank${rank}/${module}`]!;
        expect(denseError(toDense(compressed), await readF64(expected, `rank${rank}/${module}`))).toBeLessThan(bound);
        expect(compressed.retainedEnergy).toBeCloseTo(facts.retainedEnergy, 11);
        expect(relativeError(compressed, sum)).toBeCloseTo(facts.relativeError, 11);
      }
      await expected.close();
    });

    it('norms and cosines, without a dense matrix', async () => {
      const items = await readItems(`${name}.safetensors`, sums.parameters, module);
      const expected = await openSafetensors(join(golden, `similarity-${name}`, 'expected.safetensors'));
      const norms = (await readF64(expected, `norm/${module}`)).data;
      const cosines = (await readF64(expected, `cosine/${module}`)).data;
      items.forEach((x, i) => {
        expect(norm(x)).toBeCloseTo(norms[i]!, 10);
        items.forEach((y, j) => expect(cosine(x, y)).toBeCloseTo(cosines[i * items.length + j]!, 10));
      });
      await expected.close();
    });

    it('core matrices give every update back, in orthonormal bases', async () => {
      const items = await readItems(`${name}.safetensors`, sums.parameters, module);
      const basis = coreBasis(items);
      expect(frobeniusNorm(subtract(gram(basis.qb), identity(basis.qb.columns)))).toBeLessThan(1e-12);
      expect(frobeniusNorm(subtract(gram(transpose(basis.qa)), identity(basis.qa.rows)))).toBeLessThan(1e-12);
      items.forEach((item, i) => {
        expect(denseError(toDense(fromCore(basis, basis.cores[i]!)), toDense(item))).toBeLessThan(bound);
        expect(denseError(projectToCore(basis, item), basis.cores[i]!)).toBeLessThan(bound);
      });
    });
  });
});

describe('the same updates from other float32 factors (golden gauge-lowrank)', () => {
  it.each(['m0', 'm1'])('%s: every measure stays, to the rounding of the factors', async (module) => {
    const { parameters } = readCase('sum-lowrank');
    const items = await readItems('lowrank.safetensors', parameters, module);
    const turned = await readItems('lowrank-gauge.safetensors', parameters, module);
    const bound = 3e-6;
    items.forEach((item, i) => expect(relativeError(turned[i]!, item)).toBeLessThan(bound));
    const [sum, turnedSum] = [concatenate(items), concatenate(turned)];
    expect(Math.abs(norm(turnedSum) / norm(sum) - 1)).toBeLessThan(bound);
    expect(Math.abs(cosine(turned[0]!, turned[1]!) - cosine(items[0]!, items[1]!))).toBeLessThan(bound);
    expect(denseError(toDense(recompress(turnedSum, 5)), toDense(recompress(sum, 5)))).toBeLessThan(1e-4);
  });
});

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
