import {
  createMatrix,
  innerProduct,
  multiply,
  relativeError,
  toDense,
  truncatedSvd,
  type LowRank,
  type Matrix,
} from '@crucible/engine/algebra';
import {
  distance,
  fuseAdapters,
  loadStrategy,
  randomUpdate,
  readDeltas,
  regauge,
  syntheticAdapter,
  testMean,
} from '@crucible/sdk/testing';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compressThenMerge } from './compress-then-merge-strategy.js';
import { compressUpdates, type CompressedUpdates } from './compress-updates.js';

const three = [
  randomUpdate('x', { rank: 2, scale: 0.5 }),
  randomUpdate('y', { rank: 5, scale: 2 }),
  randomUpdate('z', { rank: 3 }),
];
const relative = (x: Matrix, y: Matrix): number => distance(new Map([['', x]]), new Map([['', y]]));
const restored = ({ left, right, coordinates }: CompressedUpdates, i: number): LowRank => ({
  b: multiply(left, coordinates[i]!),
  a: right,
  scale: 1,
});

describe.each(['ENERGY', 'EQUAL'] as const)('compression, %s', (balance) => {
  const compress = (items: readonly LowRank[], rank: number, weights?: readonly number[]): CompressedUpdates =>
    compressUpdates(items, { rank, balance, ...(weights && { weights }) });

  it('is exact where the rank holds all that the updates span', () => {
    const compressed = compress(three, 10);
    three.forEach((update, i) => expect(relativeError(restored(compressed, i), update)).toBeLessThan(1e-13));
    expect(relativeError(restored(compress([three[1]!], 5), 0), three[1]!)).toBeLessThan(1e-13);
  });

  it('has orthonormal bases of no more than the rank', () => {
    const { left, right, coordinates } = compress(three, 4);
    expect([left.columns, right.rows, coordinates[0]!.rows, coordinates[0]!.columns]).toEqual([4, 4, 4, 4]);
    for (let i = 0; i < 4; i += 1) {
      for (let j = 0; j < 4; j += 1) {
        let ofLeft = 0;
        let ofRight = 0;
        for (let k = 0; k < left.rows; k += 1) ofLeft += left.data[k * 4 + i]! * left.data[k * 4 + j]!;
        for (let k = 0; k < right.columns; k += 1) {
          ofRight += right.data[i * right.columns + k]! * right.data[j * right.columns + k]!;
        }
        expect(Math.abs(ofLeft - (i === j ? 1 : 0))).toBeLessThan(1e-13);
        expect(Math.abs(ofRight - (i === j ? 1 : 0))).toBeLessThan(1e-13);
      }
    }
  });

  it('does not see how an update is split into factors, nor the order', () => {
    const straight = compress(three, 4);
    const turned = compress(
      three.map((item, i) => regauge(item, `g${i}`)),
      4,
    );
    const reversed = compress(three.toReversed(), 4);
    straight.coordinates.forEach((own, i) => {
      expect(relative(turned.coordinates[i]!, own)).toBeLessThan(1e-10);
      expect(relative(reversed.coordinates[2 - i]!, own)).toBeLessThan(1e-10);
    });
  });

  it('does not count an update of weight 0, or of zeros', () => {
    const zero: LowRank = { ...three[0]!, b: createMatrix(24, 2) };
    const two = compress([three[0]!, three[2]!], 3);
    const unweighted = compress(three, 3, [1, 0, 1]);
    const withZero = compress([three[0]!, zero, three[2]!], 3);
    for (const other of [unweighted, withZero]) {
      expect(relative(other.coordinates[0]!, two.coordinates[0]!)).toBeLessThan(1e-11);
      expect(relative(other.coordinates[2]!, two.coordinates[1]!)).toBeLessThan(1e-11);
    }
    expect(compress([zero, zero], 3).coordinates[0]!.data).toEqual(Float64Array.of(0));
  });
});

it('ENERGY gives one update its best approximation of the rank', async () => {
  const dense = toDense(three[1]!);
  const best = await truncatedSvd({ rows: 24, columns: 18, data: new Float32Array(dense.data) }, 3);
  const kept = restored(compressUpdates([three[1]!], { rank: 3, balance: 'ENERGY' }), 0);
  expect(Math.abs(innerProduct(kept, kept) / innerProduct(three[1]!, three[1]!) - best.retainedEnergy)).toBeLessThan(
    1e-6,
  );
});

it('ENERGY loses at most twice the squared error of the best subspaces on either side', () => {
  const total = three.reduce((sum, update) => sum + innerProduct(update, update), 0);
  for (const rank of [2, 4, 6, 8]) {
    const compressed = compressUpdates(three, { rank, balance: 'ENERGY' });
    const kept = three.reduce((sum, _, i) => sum + innerProduct(restored(compressed, i), restored(compressed, i)), 0);
    // Each side alone, with all of the other side: a lower bound of what any pair of subspaces loses.
    const sides = (['left', 'right'] as const).map((side) => {
      const full = compressUpdates(three, { rank: 10, balance: 'ENERGY' });
      const energy = three.reduce((sum, _, i) => {
        const { data, rows, columns } = full.coordinates[i]!;
        return (
          sum +
          data.reduce((part, value, at) => {
            const index = side === 'left' ? Math.floor(at / columns) : at % columns;
            return part + (index < Math.min(rank, side === 'left' ? rows : columns) ? value * value : 0);
          }, 0)
        );
      }, 0);
      return total - energy;
    });
    expect(total - kept).toBeLessThan(sides[0]! + sides[1]! + 1e-9);
    expect(total - kept).toBeGreaterThan(Math.max(...sides) - 1e-9);
  }
});

it('EQUAL keeps a share of a small adapter that ENERGY crowds out', () => {
  const pair = [randomUpdate('small', { rank: 3, scale: 1e-3 }), randomUpdate('large', { rank: 4 })];
  const kept = (balance: 'ENERGY' | 'EQUAL'): number => {
    const part = restored(compressUpdates(pair, { rank: 4, balance }), 0);
    return innerProduct(part, part) / innerProduct(pair[0]!, pair[0]!);
  };
  expect(kept('EQUAL')).toBeGreaterThan(2 * kept('ENERGY'));
});

describe('through the platform', () => {
  const adapters = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: seed + 1, scale: 2 / seed }));

  it('the result has the rank that is asked for, the largest unless given, around any rule', async () => {
    const tsvM = await loadStrategy(fileURLToPath(new URL('..', import.meta.url)), 'tsvM');
    const strategies = new Map([tsvM, testMean].map((rule) => [rule.id, rule]));
    const rankOf = async (options: object): Promise<number> =>
      (await fuseAdapters({ strategy: compressThenMerge, strategies, options, adapters })).outcome.rank;
    expect(await rankOf({ rule: { testMean: {} } })).toBe(4);
    expect(await rankOf({ rank: 2, rule: { testMean: {} } })).toBe(2);
    expect(await rankOf({ rank: 3, rule: { tsvM: { keep: 'FULL' } } })).toBe(3);
  });

  it('takes a rank of its own for each module', async () => {
    const strategies = new Map([['testMean', testMean]]);
    const schedules = [{ parameter: 'rank', modules: 'layers.1.*', values: [2] }];
    const options = { rule: { testMean: {} }, schedules };
    const { factors } = await fuseAdapters({ strategy: compressThenMerge, strategies, options, adapters });
    expect([...factors].map(([name, { rank }]) => [name, rank])).toEqual([
      ['layers.0.k_proj', 4],
      ['layers.0.k_proj-extra', 4],
      ['layers.1.v_proj', 2],
    ]);
  });

  it('gives one adapter back', async () => {
    const strategies = new Map([['testMean', testMean]]);
    const [one] = adapters;
    const options = { rule: { testMean: {} } };
    const fused = await fuseAdapters({ strategy: compressThenMerge, strategies, options, adapters: [one!] });
    expect(distance(fused.deltas, await readDeltas(one!))).toBeLessThan(1e-6);
  });
});
