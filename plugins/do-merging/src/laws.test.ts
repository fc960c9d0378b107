import { fileURLToPath } from 'node:url';
import { createMatrix, toDense, type Matrix } from '@crucible/engine/algebra';
import {
  distance,
  fuseAdapters,
  loadStrategy,
  memoryAdapter,
  randomUpdate,
  readDeltas,
  syntheticAdapter,
  SYNTHETIC_MODULES,
  testMean,
  testSum,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { doMerging } from './do-merging-strategy.js';
import { columnMagnitudes, columnNorms, inverseOf, meanMagnitudes, scaleUpdate } from './magnitudes.js';

const ties = await loadStrategy(fileURLToPath(new URL('..', import.meta.url)), 'ties');
const strategies = new Map([testSum, testMean, ties].map((rule) => [rule.id, rule]));
const adapters = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: seed + 1, scale: 2 / seed }));
type Deltas = ReadonlyMap<string, Matrix>;
const deltasOf = (): Promise<readonly Deltas[]> => Promise.all(adapters.map(readDeltas));

/** The rule by its definition, on dense matrices in float64: directions are averaged with the weights, or added. */
function byDefinition(
  deltas: readonly Deltas[],
  weights: readonly number[],
  mean: boolean,
  renormalize = false,
): Deltas {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return new Map(
    SYNTHETIC_MODULES.map(({ name }) => {
      const own = deltas.map((delta) => delta.get(name)!);
      const { rows, columns } = own[0]!;
      const norms = own.map(columnNorms);
      const merged = createMatrix(rows, columns);
      merged.data.forEach((_, at) => {
        const j = at % columns;
        own.forEach(({ data }, i) => {
          merged.data[at]! += ((mean ? weights[i]! / total : weights[i]!) * data[at]!) / norms[i]![j]!;
        });
      });
      const lengths = columnNorms(merged);
      merged.data.forEach((value, at) => {
        const j = at % columns;
        const magnitude = norms.reduce((sum, norm, i) => sum + weights[i]! * norm[j]!, 0) / total;
        merged.data[at] = (value * magnitude) / (renormalize ? lengths[j]! : 1);
      });
      return [name, merged] as const;
    }),
  );
}

describe('the split', () => {
  const update = randomUpdate('x', { rank: 3, scale: -0.5 });

  it('finds the column norms of the dense matrix', () => {
    const dense = columnNorms(toDense(update));
    columnMagnitudes(update).forEach((value, j) => expect(Math.abs(value / dense[j]! - 1)).toBeLessThan(1e-13));
  });

  it('leaves unit columns, of the same rank, and together gives the update back', () => {
    const magnitudes = columnMagnitudes(update);
    const direction = scaleUpdate(update, inverseOf(magnitudes));
    columnNorms(toDense(direction)).forEach((value) => expect(Math.abs(value - 1)).toBeLessThan(1e-13));
    const back = toDense(scaleUpdate(direction, magnitudes)).data;
    toDense(update).data.forEach((value, at) => expect(Math.abs(back[at]! - value)).toBeLessThan(1e-13));
  });

  it('gives a column of zeros no direction', () => {
    expect([...inverseOf(Float64Array.of(0, 4))]).toEqual([0, 0.25]);
  });

  it('averages magnitudes by the size of the weights', () => {
    const own = [Float64Array.of(1, 2), Float64Array.of(5, 2)];
    expect([...meanMagnitudes(own, [1, -3])]).toEqual([4, 2]);
    expect([...meanMagnitudes(own, [0, 0])]).toEqual([0, 0]);
  });
});

describe.each(['CORE', 'DELTA'] as const)('in %s space', (space) => {
  const fuse = (options: object, change: object = {}) =>
    fuseAdapters({ strategy: doMerging, strategies, space, options, adapters, ...change });

  it.each([
    ['a mean', { rule: { testMean: {} } }, true, false],
    ['a sum', { rule: { testSum: {} } }, false, false],
    ['a sum of directions brought to unit length', { renormalize: true, rule: { testSum: {} } }, false, true],
  ])('is its definition in float64 around %s', async (_, options, mean, renormalize) => {
    const weights = [0.7, 1.2, 0.4];
    const { deltas } = await fuse(options, { weights });
    expect(distance(deltas, byDefinition(await deltasOf(), weights, mean, renormalize))).toBeLessThan(2e-6);
  });

  it('is homogeneous, and hears a quiet adapter: scaling one changes lengths and no direction', async () => {
    const options = { rule: { testMean: {} } };
    const quiet = adapters.map((adapter, i) => {
      const factor = i === 0 ? 1e-3 : 1;
      const modules = new Map(
        [...adapter.modules].map(([name, info]) => [name, { ...info, scale: info.scale * factor }]),
      );
      return { ...adapter, modules, digest: adapter.digest.replace(/.$/, '0') };
    });
    const loud = (await fuse(options)).deltas;
    const other = (await fuse(options, { adapters: quiet })).deltas;
    for (const [name, { rows, columns, data }] of loud) {
      const [x, y] = [loud.get(name)!, other.get(name)!].map(columnNorms);
      for (let at = 0; at < rows * columns; at += 1) {
        const j = at % columns;
        expect(Math.abs(data[at]! / x![j]! - other.get(name)!.data[at]! / y![j]!)).toBeLessThan(1e-5);
      }
    }
  });

  it('takes an adapter of zeros: it has a length of 0, and no direction', async () => {
    const factors = new Map(
      SYNTHETIC_MODULES.map(({ name, outFeatures, inFeatures }) => [
        name,
        { a: new Float32Array(2 * inFeatures), b: new Float32Array(outFeatures * 2) },
      ]),
    );
    const zero = memoryAdapter({ ...adapters[0]!.manifest, rank: 2 }, SYNTHETIC_MODULES, factors);
    const both = await fuse({ rule: { testSum: {} } }, { adapters: [adapters[0]!, zero] });
    const half = (await readDeltas(adapters[0]!)) as Map<string, Matrix>;
    for (const { data } of half.values()) data.forEach((value, at) => (data[at] = value / 2));
    expect(distance(both.deltas, half)).toBeLessThan(2e-6);
    const nothing = await fuse({ rule: { testSum: {} } }, { adapters: [zero, zero] });
    for (const { data } of nothing.deltas.values()) expect(data.every((value) => value === 0)).toBe(true);
  });

  it('wraps a rule that is not linear', async () => {
    const { outcome } = await fuse({ rule: { ties: { density: 0.3 } } });
    expect(outcome.options).toMatchObject({ renormalize: false, rule: { ties: { density: 0.3 } } });
  });
});
