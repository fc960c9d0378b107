import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  concatenate,
  createMatrix,
  cosine,
  matrixFrom,
  multiply,
  norm,
  recompress,
  relativeError,
  toDense,
  type LowRank,
  type Matrix,
} from '../algebra/index.js';
import { createKeyedRandom } from '../random/index.js';
import { openSafetensors, type TensorFile } from '../tensors/index.js';
import { compareAdapters, type ComparedAdapter } from './compare-adapters.js';
import { compareModule } from './compare-module.js';
import { layerOf } from './layer-of.js';
import { diagnosticsLimits } from './limits.js';
import { SignCounter } from './sign-agreement.js';
import { summarizeSpectrum, truncationErrors } from './spectrum.js';

const golden = fileURLToPath(new URL('../../golden/spectral/', import.meta.url));
const MODULES = ['m0', 'm1'];
/** What the fixtures state for arithmetic in float64. */
const GOLDEN = 1e-10;
const ROUNDING = 1e-12;

const random = createKeyedRandom(11);
const randomMatrix = (name: string, rows: number, columns: number): Matrix =>
  matrixFrom(rows, columns, random.normal([name, rows, columns], rows * columns));
const randomUpdate = (name: string, rows: number, columns: number, rank: number, scale = 1.5): LowRank => ({
  b: randomMatrix(`${name}.b`, rows, rank),
  a: randomMatrix(`${name}.a`, rank, columns),
  scale,
});
const zeroUpdate = (rows: number, columns: number): LowRank => ({
  b: createMatrix(rows, 2),
  a: randomMatrix('zero.a', 2, columns),
  scale: 1,
});

/** An adapter over updates in memory, in float64: what rounding files do is not what is tested. */
function adapterOf(name: string, updates: Readonly<Record<string, LowRank>>): ComparedAdapter {
  return {
    name,
    modules: new Map(
      Object.entries(updates).map(([module, { b, a, scale }]) => [
        module,
        { name: module, outFeatures: b.rows, inFeatures: a.columns, rank: a.rows, scale },
      ]),
    ),
    readFactors: async (module) => ({
      a: new Float32Array(updates[module]!.a.data),
      b: new Float32Array(updates[module]!.b.data),
    }),
  };
}

interface SpectralCase {
  readonly parameters: {
    readonly ranks: readonly number[];
    readonly scales: readonly number[];
    readonly weights?: number[];
  };
  readonly inputs: { readonly adapters: string };
  readonly facts: Readonly<Record<string, { readonly relativeError?: number }>>;
}

async function readCase(name: string) {
  const facts = JSON.parse(readFileSync(join(golden, name, 'case.json'), 'utf8')) as SpectralCase;
  const inputs = await openSafetensors(join(golden, name, facts.inputs.adapters));
  const { ranks, scales } = facts.parameters;
  const adapters: ComparedAdapter[] = [];
  for (const [i, rank] of ranks.entries()) {
    const factors = new Map(
      await Promise.all(
        MODULES.map(
          async (module) =>
            [
              module,
              {
                a: await inputs.readFloat32(`adapter${i}/${module}.lora_A.weight`),
                b: await inputs.readFloat32(`adapter${i}/${module}.lora_B.weight`),
              },
            ] as const,
        ),
      ),
    );
    adapters.push({
      name: `adapter${i}`,
      modules: new Map(
        MODULES.map((module) => {
          const { a, b } = factors.get(module)!;
          return [
            module,
            {
              name: module,
              inFeatures: a.length / rank,
              outFeatures: b.length / rank,
              rank,
              scale: scales[i]!,
            },
          ];
        }),
      ),
      readFactors: async (module) => factors.get(module)!,
    });
  }
  const expected = await openSafetensors(join(golden, name, 'expected.safetensors'));
  return { facts, adapters, expected };
}

async function readFloat64(file: TensorFile, name: string): Promise<Float64Array> {
  return new Float64Array((await file.read(name)).buffer);
}

describe.each(['equal', 'lowrank', 'mixed'])('golden similarity-%s', (name) => {
  it('has the norms, cosines, angles, overlaps and sign counts of the reference', async () => {
    const { adapters, expected } = await readCase(`similarity-${name}`);
    const report = await compareAdapters(adapters, { signs: {} });
    const count = adapters.length;
    const near = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
      expect(got.length).toBe(wanted.length);
      for (let i = 0; i < wanted.length; i += 1) expect(Math.abs(got[i]! - wanted[i]!)).toBeLessThan(GOLDEN);
    };
    for (const { module, updates, pairs, signs } of report.modules) {
      const read = (what: string): Promise<Float64Array> => readFloat64(expected, `${what}/${module}`);
      near(
        updates.map((update) => update.norm),
        await read('norm'),
      );
      const [cosines, columns, rows, conflicts] = [
        await read('cosine'),
        await read('column_overlap'),
        await read('row_overlap'),
        await read('pair_sign_conflict'),
      ];
      for (const [place, pair] of pairs.entries()) {
        const at = pair.left * count + pair.right;
        near([pair.cosine, pair.columnOverlap, pair.rowOverlap], [cosines[at]!, columns[at]!, rows[at]!]);
        const suffix = `${module}/${pair.left}-${pair.right}`;
        near(pair.columnCosines, await readFloat64(expected, `column_cosines/${suffix}`));
        near(pair.rowCosines, await readFloat64(expected, `row_cosines/${suffix}`));
        const sign = signs!.pairs[place]!;
        expect(sign).toMatchObject({ left: pair.left, right: pair.right, margin: 0 });
        near([sign.value], [conflicts[at]!]);
      }
      near([signs!.signConflict.value], await read('sign_conflict'));
      near([signs!.cancellation.value], await read('cancellation'));
    }
    const all = await readFloat64(expected, 'cosine/all');
    for (const { left, right, cosine } of report.pairs) near([cosine], [all[left * count + right]!]);
  });
});

describe.each(['equal', 'lowrank', 'mixed'])('golden sum-%s', (name) => {
  it('predicts the error of every rank before anything is fused', async () => {
    const { facts, adapters, expected } = await readCase(`sum-${name}`);
    const report = await compareAdapters(adapters, { weights: facts.parameters.weights! });
    for (const { module, sum } of report.modules) {
      const singular = await readFloat64(expected, `singular/${module}`);
      sum.singularValues.forEach((value, i) => expect(Math.abs(value - singular[i]!)).toBeLessThan(GOLDEN));
      const errors = truncationErrors([sum.tailEnergies]);
      for (const rank of [2, 5]) {
        expect(errors[rank - 1]).toBeCloseTo(facts.facts[`rank${rank}/${module}`]!.relativeError!, 10);
      }
    }
  });
});

describe('a module', () => {
  const updates = [randomUpdate('x', 30, 20, 3), randomUpdate('y', 30, 20, 5, -0.5), randomUpdate('z', 30, 20, 2)];

  it('has the cosines and norms of the low-rank algebra, and of the dense matrices', () => {
    const { updates: summaries, pairs } = compareModule(updates, [1, 1, 1]);
    summaries.forEach((summary, i) => {
      expect(Math.abs(summary.norm / norm(updates[i]!) - 1)).toBeLessThan(ROUNDING);
      expect(summary.rank).toBe(updates[i]!.a.rows);
    });
    for (const { left, right, cosine: got } of pairs) {
      expect(Math.abs(got - cosine(updates[left]!, updates[right]!))).toBeLessThan(ROUNDING);
    }
  });

  it('does not depend on how ΔW is split into B and A', () => {
    const turn = randomMatrix('gauge', 5, 5);
    const other: LowRank = {
      b: multiply(updates[1]!.b, turn),
      a: multiply(inverse(turn), updates[1]!.a),
      scale: -0.5,
    };
    const before = compareModule(updates, [1, 1, 1]).pairs[0]!;
    const after = compareModule([updates[0]!, other], [1, 1]).pairs[0]!;
    expect(after.cosine).toBeCloseTo(before.cosine, 10);
    before.columnCosines.forEach((value, i) => expect(after.columnCosines[i]).toBeCloseTo(value, 10));
    before.rowCosines.forEach((value, i) => expect(after.rowCosines[i]).toBeCloseTo(value, 10));
  });

  it('keeps the digits of an update that is 1e-12 of the others', () => {
    const tiny = { ...updates[0]!, scale: 1e-12 };
    const small = compareModule([tiny, updates[1]!], [1, 1]);
    const large = compareModule([{ ...tiny, scale: 1 }, updates[1]!], [1, 1]);
    expect(small.pairs[0]!.cosine).toBeCloseTo(large.pairs[0]!.cosine, 12);
    expect(small.updates[0]!.norm / 1e-12 / large.updates[0]!.norm).toBeCloseTo(1, 12);
    expect(small.updates[0]!.rank).toBe(3);
  });

  it('an update and itself have cosine 1 and all angles 0; with itself negated, -1', () => {
    const [x] = updates;
    const { pairs } = compareModule([x!, x!, { ...x!, scale: -x!.scale }], [1, 1, 1]);
    expect(pairs.map(({ cosine }) => cosine)).toEqual([1, -1, -1].map((value) => expect.closeTo(value, 12) as number));
    for (const { columnOverlap, rowOverlap } of pairs) {
      expect(columnOverlap).toBeCloseTo(1, 12);
      expect(rowOverlap).toBeCloseTo(1, 12);
    }
  });

  it.each([
    ['zero', zeroUpdate(30, 20)],
    ['of scale 0', { ...updates[2]!, scale: 0 }],
  ])('an update that is %s is at no angle to any other', (_, zero) => {
    const { updates: summaries, pairs } = compareModule([updates[0]!, zero], [1, 1]);
    expect(summaries[1]).toMatchObject({ norm: 0, rank: 0, effectiveRank: 0, stableRank: 0 });
    expect(pairs[0]).toMatchObject({ cosine: 0, innerProduct: 0, columnOverlap: 0, rowOverlap: 0 });
  });

  it('predicts the error that the best approximation of the sum has', () => {
    const weights = [0.5, -2, 1];
    const { sum } = compareModule(updates, weights);
    const exact = concatenate(updates, weights);
    const errors = truncationErrors([sum.tailEnergies]);
    expect(errors).toHaveLength(10);
    for (let rank = 1; rank < 10; rank += 1) {
      expect(errors[rank - 1]).toBeCloseTo(relativeError(recompress(exact, rank), exact), 10);
    }
    expect(errors[9]).toBe(0);
  });
});

describe('the rank of a spectrum', () => {
  it.each([
    ['of n equal values is n', [2, 2, 2, 2], { rank: 4, effectiveRank: 4, stableRank: 4 }],
    ['of one value is 1', [1e-200], { rank: 1, effectiveRank: 1, stableRank: 1 }],
    ['of none is 0', [0, 0], { rank: 0, effectiveRank: 0, stableRank: 0 }],
    // p = (2/3, 1/3): H = ln 3 - (2/3) ln 2.
    ['2 and 1', [2, 1], { rank: 2, effectiveRank: 3 / 2 ** (2 / 3), stableRank: 1.25 }],
  ])('%s', (_, values, expected) => {
    const got = summarizeSpectrum(Float64Array.from(values));
    expect(got.rank).toBe(expected.rank);
    expect(got.effectiveRank).toBeCloseTo(expected.effectiveRank, 12);
    expect(got.stableRank).toBeCloseTo(expected.stableRank, 12);
  });
});

describe('signs', () => {
  const updates = [randomUpdate('p', 300, 40, 3), randomUpdate('q', 300, 40, 4), zeroUpdate(300, 40)];
  const exactConflict = (): number => {
    const [x, y] = updates.map((update) => toDense(update).data);
    return x!.reduce((count, value, at) => count + (value * y![at]! < 0 ? 1 : 0), 0) / x!.length;
  };
  const count = async (rows?: number, seed = 0) => {
    const counter = new SignCounter(3);
    await counter.add(updates, { ...(rows !== undefined && { rows }), seed });
    return counter.result;
  };

  it('are counted as the definition says, block by block', async () => {
    const { signConflict, pairs, cancellation } = await count();
    expect(signConflict).toEqual({ value: exactConflict(), margin: 0 });
    expect(pairs.map(({ value }) => value)).toEqual([exactConflict(), 0, 0]);
    expect(cancellation.value).toBeGreaterThan(0);
    const wide = new SignCounter(2);
    const [x, y] = [randomUpdate('wide x', 40, 20_000, 1), randomUpdate('wide y', 40, 20_000, 1)];
    let blocks = 0;
    await wide.add([x, y], { onBlock: () => void (blocks += 1) });
    expect(blocks).toBeGreaterThan(1);
    const [dx, dy] = [toDense(x).data, toDense(y).data];
    const opposed = dx.reduce((sum, value, at) => sum + (value * dy[at]! < 0 ? 1 : 0), 0);
    expect(wide.result.signConflict.value).toBe(opposed / dx.length);
  });

  it('of some rows are within the margin of the truth about as often as a 95 % interval says', async () => {
    const truth = exactConflict();
    let within = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const { signConflict } = await count(60, seed);
      expect(signConflict.margin).toBeGreaterThan(0);
      if (Math.abs(signConflict.value - truth) <= signConflict.margin) within += 1;
    }
    // Binomial(100, 0.95): outside of 86 … 100 once in 5,000.
    expect(within).toBeGreaterThanOrEqual(86);
    expect(await count(60, 1)).toEqual(await count(60, 1));
  });

  it('of adapters that add up without a clash do not cancel; of an adapter and its negation all does', async () => {
    const positive = { b: matrixFrom(4, 1, [1, 2, 3, 4]), a: matrixFrom(1, 3, [1, 1, 2]), scale: 1 };
    const agree = new SignCounter(2);
    await agree.add([positive, positive]);
    expect(agree.result).toMatchObject({ signConflict: { value: 0 }, cancellation: { value: 0 } });
    const against = new SignCounter(2);
    await against.add([positive, { ...positive, scale: -1 }]);
    expect(against.result).toMatchObject({ signConflict: { value: 1 }, cancellation: { value: 1 } });
    expect(new SignCounter(2).result).toMatchObject({ signConflict: { value: 0 }, cancellation: { value: 0 } });
  });
});

describe('adapters', () => {
  const [x, y] = [randomUpdate('x', 16, 12, 2), randomUpdate('y', 16, 12, 3)];
  const both = [
    adapterOf('x', { 'model.layers.0.q': x!, 'model.layers.10.q': x!, lm_head: x! }),
    adapterOf('y', { 'model.layers.0.q': y!, 'model.layers.2.q': y! }),
  ];

  it('that lack a module count as zero there', async () => {
    const report = await compareAdapters(both, { signs: {} });
    expect(report.modules.map(({ module, holders }) => [module, holders])).toEqual([
      ['lm_head', [0]],
      ['model.layers.0.q', [0, 1]],
      ['model.layers.10.q', [0]],
      ['model.layers.2.q', [1]],
    ]);
    expect(report.norms[0]).toBeCloseTo(Math.sqrt(3) * norm(x!), 5);
    expect(report.norms[1]).toBeCloseTo(Math.sqrt(2) * norm(y!), 5);
    const [pair] = report.pairs;
    expect(pair!.normRatio).toBeCloseTo(report.norms[0]! / report.norms[1]!, 12);
    expect(pair!.cosine).toBeCloseTo(cosine(x!, y!) / Math.sqrt(6), 6);
    const shared = report.modules[1]!;
    expect(pair!.columnOverlap).toBeCloseTo(shared.pairs[0]!.columnOverlap, 12);
    expect(report.truncationErrors.at(-1)).toBe(0);
    expect(report.signs!.signConflict.value).toBeCloseTo(shared.signs!.signConflict.value / 4, 12);
  });

  it('have their energy by layer, in the order of depth', async () => {
    const { layers } = await compareAdapters(both);
    expect(layers.map(({ stack, index }) => [stack, index])).toEqual([
      ['model.layers', 0],
      ['model.layers', 2],
      ['model.layers', 10],
    ]);
    expect(layers[1]!.energies[0]).toBe(0);
    expect(layers[1]!.energies[1]).toBeCloseTo(layers[0]!.energies[1]!, 10);
  });

  it.each([
    ['none', [], {}, 'DIAGNOSTICS_NO_ADAPTERS'],
    ['too many', Array.from({ length: diagnosticsLimits.adapters + 1 }, () => both[0]!), {}, 'LIMIT_EXCEEDED'],
    ['of two bases', [both[0]!, adapterOf('z', { lm_head: randomUpdate('z', 8, 12, 2) })], {}, 'SHAPE_MISMATCH'],
    [
      'of too great a rank',
      [adapterOf('r', { m: { b: createMatrix(2, 4097), a: createMatrix(4097, 2), scale: 1 } })],
      {},
      'LIMIT_EXCEEDED',
    ],
    ['with no module in common', [both[0]!, adapterOf('z', { other: y! })], {}, 'DIAGNOSTICS_NOTHING_IN_COMMON'],
    ['with a weight too few', both, { weights: [1] }, 'WEIGHTS_INVALID'],
    ['with a weight of NaN', both, { weights: [1, Number.NaN] }, 'WEIGHTS_INVALID'],
  ])('%s are refused', async (_, adapters, options, code) => {
    await expect(compareAdapters(adapters, options)).rejects.toMatchObject({
      code: expect.stringContaining(code) as string,
    });
  });

  it('report progress and stop when they are told to', async () => {
    const seen: string[] = [];
    const controller = new AbortController();
    const run = compareAdapters(both, {
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        seen.push(`${done}/${total}`);
        if (done === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(run).rejects.toThrow('enough');
    expect(seen).toEqual(['1/4', '2/4']);
  });
});

it.each([
  ['model.layers.12.mlp.up_proj', { stack: 'model.layers', index: 12 }],
  ['encoder.block.0.layer.0.SelfAttention.q', { stack: 'encoder.block', index: 0 }],
  ['lm_head', undefined],
  ['h.3.attn', { stack: 'h', index: 3 }],
])('%s lies in layer %j', (module, layer) => expect(layerOf(module)).toEqual(layer));

/** By Gauss and Jordan, for a small well-conditioned matrix. */
function inverse({ rows: n, data }: Matrix): Matrix {
  const work = Array.from({ length: n }, (_, i) => [
    ...data.subarray(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => Number(i === j)),
  ]);
  for (let i = 0; i < n; i += 1) {
    const pivot = work
      .slice(i)
      .reduce((best, row, k) => (Math.abs(row[i]!) > Math.abs(work[best]![i]!) ? i + k : best), i);
    [work[i], work[pivot]] = [work[pivot]!, work[i]!];
    const head = work[i]![i]!;
    work[i] = work[i]!.map((value) => value / head);
    for (let k = 0; k < n; k += 1) {
      if (k === i) continue;
      const factor = work[k]![i]!;
      work[k] = work[k]!.map((value, j) => value - factor * work[i]![j]!);
    }
  }
  return createMatrix(n, n, Float64Array.from(work.flatMap((row) => row.slice(n))));
}
