import { frobeniusNorm, toDense, createLowRank, matrixFrom } from '@crucible/engine/algebra';
import type { FusionSpace, ModuleStrategy } from '@crucible/sdk';
import { distance, fuseAdapters, fuseMatrices, readDeltas, syntheticAdapter } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { karcher, multiSlerp, nearSwap, nuSlerp, slerp } from './index.js';

const framed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'sphere' }));
const mixed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, rank: 2 + seed, scale: 2 / seed }));
const weights = [0.5, 0.3, 0.9];

const cases: readonly (readonly [string, ModuleStrategy, Record<string, unknown>, number])[] = [
  ['slerp', slerp, { t: 0.3 }, 2],
  ['nuSlerp', nuSlerp, {}, 2],
  ['multiSlerp', multiSlerp, {}, 3],
  ['karcher', karcher, {}, 3],
];

describe('one matrix in every space, to float32 rounding of its factors', () => {
  it.each(cases)('%s', async (_, strategy, options, count) => {
    const fuse = (space: FusionSpace) =>
      fuseAdapters({ strategy, options, adapters: framed.slice(0, count), weights: weights.slice(0, count), space });
    const [frame, delta, core] = [await fuse('FRAME'), await fuse('DELTA'), await fuse('CORE')];
    expect(core.bytes.equals(delta.bytes) || distance(core.deltas, delta.deltas) < 1e-6).toBe(true);
    expect(distance(frame.deltas, delta.deltas)).toBeLessThan(1e-6);
  });

  it.each(['ROWS', 'COLUMNS'])('nuSlerp along %s: CORE and DELTA are one', async (along) => {
    const fuse = (space: FusionSpace) =>
      fuseAdapters({ strategy: nuSlerp, options: { along }, adapters: mixed.slice(0, 2), space });
    expect(distance((await fuse('CORE')).deltas, (await fuse('DELTA')).deltas)).toBeLessThan(1e-6);
  });

  it('nuSlerp along ROWS: FRAME is the same, and COLUMNS would leave the frame', async () => {
    const fuse = (space: FusionSpace, along: string) =>
      fuseAdapters({ strategy: nuSlerp, options: { along }, adapters: framed.slice(0, 2), space });
    expect(distance((await fuse('FRAME', 'ROWS')).deltas, (await fuse('DELTA', 'ROWS')).deltas)).toBeLessThan(1e-6);
    await expect(fuse('FRAME', 'COLUMNS')).rejects.toThrow(/fixed in FRAME space; fuse in DELTA or CORE/);
  });
});

describe('from factors is what it is from dense matrices', () => {
  const along = ['TENSOR', 'ROWS', 'COLUMNS'];
  it.each([...cases, ...along.map((value) => [`nuSlerp along ${value}`, nuSlerp, { along: value }, 2] as const)])(
    '%s',
    async (_, strategy, options, count) => {
      const adapters = mixed.slice(0, count);
      const own = weights.slice(0, count);
      const fused = await fuseAdapters({ strategy, options, adapters, weights: own, space: 'DELTA' });
      const modules = new Map(
        await Promise.all(
          [...adapters[0]!.modules.values()].map(async (info) => {
            const deltas = await Promise.all(
              adapters.map(async (adapter) => {
                const module = adapter.modules.get(info.name)!;
                const { rows, columns, data } = toDense(createLowRank(await adapter.readFactors(info.name), module));
                return { rows, columns, data: Float32Array.from(data) };
              }),
            );
            return [info.name, deltas] as const;
          }),
        ),
      );
      const dense = await fuseMatrices({ strategy, options, modules, weights: own });
      const expected = new Map(
        [...modules].map(([name, [first]]) => [name, matrixFrom(first!.rows, first!.columns, dense.get(name)![0]!)]),
      );
      expect(distance(fused.deltas, expected)).toBeLessThan(2e-6);
    },
  );
});

describe('geometry', () => {
  it.each([
    [0, 0],
    [1, 1],
  ])('slerp at t = %d is adapter %d', async (t, place) => {
    const fused = await fuseAdapters({ strategy: slerp, options: { t }, adapters: mixed.slice(0, 2), space: 'DELTA' });
    expect(distance(fused.deltas, await readDeltas(mixed[place]!))).toBeLessThan(1e-6);
  });

  it('slerp, multiSlerp and karcher keep the length where all have one', async () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0.6, 0, 0.8],
    ].map((values) => ({ rows: 1, columns: 3, data: Float32Array.from(values) }));
    for (const [, strategy, options, count] of cases) {
      const fused = await fuseMatrices({ strategy, options, modules: new Map([['m', rows.slice(0, count)]]) });
      expect(frobeniusNorm(matrixFrom(1, 3, fused.get('m')![0]!))).toBeCloseTo(1, 6);
    }
  });

  it('karcher: the tangents to all vectors cancel', async () => {
    const vectors = [
      [1, 0, 0],
      [0, 1, 0],
      [0.6, 0, 0.8],
    ];
    const rows = vectors.map((values) => ({ rows: 1, columns: 3, data: Float32Array.from(values) }));
    const options = { maxIterations: 200, tolerance: 1e-9 };
    const fused = await fuseMatrices({ strategy: karcher, options, modules: new Map([['m', rows]]), weights });
    const mean = [...fused.get('m')![0]!];
    const sum = [0, 0, 0];
    vectors.forEach((u, i) => {
      const cosine = u.reduce((total, value, k) => total + value * mean[k]!, 0);
      const angle = Math.acos(cosine);
      u.forEach((value, k) => (sum[k]! += (weights[i]! * angle * (value - cosine * mean[k]!)) / Math.sin(angle)));
    });
    expect(Math.hypot(...sum)).toBeLessThan(1e-6);
  });

  it('opposite directions: two are interpolated linearly, or have no mean', async () => {
    const rows = [Float32Array.of(1, 0), Float32Array.of(-1, 0)].map((data) => ({ rows: 1, columns: 2, data }));
    const modules = new Map([['m', rows]]);
    expect([...(await fuseMatrices({ strategy: slerp, modules })).get('m')![0]!]).toEqual([0, 0]);
    expect([...(await fuseMatrices({ strategy: multiSlerp, modules })).get('m')![0]!]).toEqual([0, 0]);
    await expect(fuseMatrices({ strategy: karcher, modules })).rejects.toThrow(
      /directions of the adapters cancel in "m"/,
    );
  });
});

it.each([
  [0, 0],
  [1e9, 1],
])('nearSwap at t = %d is adapter %d, to the bit in a frame', async (t, place) => {
  const fused = await fuseAdapters({
    strategy: nearSwap,
    options: { t },
    adapters: framed.slice(0, 2),
    space: 'FRAME',
  });
  expect(distance(fused.deltas, await readDeltas(framed[place]!))).toBe(0);
});
