import type { FusionSpace } from '@crucible/sdk';
import { distance, fuseAdapters, fuseMatrices, syntheticAdapter } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { modelStock } from './index.js';

const fuse = async (
  vectors: readonly (readonly number[])[],
  change: { options?: Record<string, unknown>; weights?: readonly number[] } = {},
): Promise<readonly number[]> => {
  const columns = vectors[0]!.length;
  const matrices = vectors.map((values) => ({ rows: 1, columns, data: Float32Array.from(values) }));
  return [
    ...(await fuseMatrices({ strategy: modelStock, modules: new Map([['m', matrices]]), ...change })).get('m')![0]!,
  ];
};

describe('by hand', () => {
  it.each<[string, readonly (readonly number[])[], readonly number[]]>([
    [
      'at right angles nothing is known of the centre: the base',
      [
        [2, 0],
        [0, 3],
      ],
      [0, 0],
    ],
    // c = 0.6, t = 2·0.6/1.6 = 0.75.
    [
      'in between',
      [
        [1, 0],
        [0.6, 0.8],
      ],
      [0.75 * 0.8, 0.75 * 0.4],
    ],
    [
      'lengths do not change the ratio',
      [
        [2, 0],
        [0.6, 0.8],
      ],
      [0.75 * 1.3, 0.75 * 0.4],
    ],
    [
      'opposite ones give the base',
      [
        [1, 0],
        [-1, 0],
      ],
      [0, 0],
    ],
    [
      'a zero vector points nowhere',
      [
        [1, 0],
        [0, 0],
      ],
      [0, 0],
    ],
  ])('%s', async (_, vectors, expected) => {
    (await fuse(vectors)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });

  it('a weight of 0 takes an adapter out', async () => {
    expect(
      await fuse(
        [
          [1, 2],
          [7, -9],
        ],
        { weights: [1, 0] },
      ),
    ).toEqual([1, 2]);
  });
});

const framed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'stock' }));
const mixed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: 2 + seed, scale: 2 / seed }));

describe.each([false, true])('filter-wise %s', (filterWise) => {
  const run = (space: FusionSpace, adapters: typeof framed) =>
    fuseAdapters({ strategy: modelStock, options: { filterWise }, adapters, space });

  it('is one matrix in FRAME, DELTA and CORE space', async () => {
    const delta = await run('DELTA', framed);
    expect(distance((await run('FRAME', framed)).deltas, delta.deltas)).toBeLessThan(2e-6);
    expect(distance((await run('CORE', framed)).deltas, delta.deltas)).toBeLessThan(2e-6);
    expect(distance((await run('CORE', mixed)).deltas, (await run('DELTA', mixed)).deltas)).toBeLessThan(2e-6);
  });

  it('does not depend on how ΔW is split into B and A', async () => {
    const turned = mixed.map((adapter) => ({
      ...adapter,
      readFactors: async (name: string) => {
        const { a, b } = await adapter.readFactors(name);
        // A power of two is exact.
        return { a: a.map((value) => 4 * value), b: b.map((value) => value / 4) };
      },
    }));
    expect(distance((await run('DELTA', turned)).deltas, (await run('DELTA', mixed)).deltas)).toBeLessThan(1e-6);
  });
});
