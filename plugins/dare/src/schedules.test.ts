import { distance, fuseAdapters, readDeltas, syntheticAdapter } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { dareLinear } from './index.js';

it('density by adapter: one is kept whole, and the other drops what it drops by itself', async () => {
  const adapters = [1, 2].map((seed) => syntheticAdapter({ seed, frame: 'scheduled' }));
  const options = { density: 0.3, schedules: [{ parameter: 'density', adapter: 0, values: [1] }] };
  const both = await fuseAdapters({ strategy: dareLinear, options, adapters, space: 'FRAME' });
  const dropped = await fuseAdapters({
    strategy: dareLinear,
    options: { density: 0.3 },
    adapters: [adapters[1]!],
    space: 'FRAME',
  });
  const whole = await readDeltas(adapters[0]!);
  const expected = new Map(
    [...whole].map(([module, matrix]) => {
      const other = dropped.deltas.get(module)!.data;
      return [module, { ...matrix, data: matrix.data.map((value, i) => value + other[i]!) }];
    }),
  );
  expect(distance(both.deltas, expected)).toBeLessThan(1e-6);
});

it('λ by adapter is its weight', async () => {
  const adapters = [1, 2].map((seed) => syntheticAdapter({ seed, frame: 'scheduled' }));
  const schedules = [{ parameter: 'lambda', adapter: 1, values: [0.5] }];
  const run = (options: Record<string, unknown>, weights: readonly number[]) =>
    fuseAdapters({ strategy: dareLinear, options, adapters, weights, space: 'FRAME' });
  expect((await run({ schedules }, [1, 1])).deltas).toEqual((await run({}, [1, 0.5])).deltas);
});
