import { createKeyedRandom } from '@crucible/engine/random';
import {
  excessOver,
  fuseAdapters,
  fuseMatrices,
  readGoldenCase,
  readGoldenTensors,
  readTaskVectors,
  syntheticAdapter,
  type TestMatrix,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { arceeFusion } from './index.js';

const folder = new URL('../golden/', import.meta.url);

it('mergekit-arcee-fusion', async () => {
  const golden = await readGoldenCase(folder, 'mergekit-arcee-fusion');
  const { modules, base } = await readTaskVectors(folder, golden);
  const first = new Map([...modules].map(([module, [model]]) => [module, [model!]]));
  const fused = await fuseMatrices({ strategy: arceeFusion, modules: first, base: base! });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  const expected = await readGoldenTensors(folder, golden.name, golden.expected!);
  expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
});

const draw = (key: string): TestMatrix => ({ rows: 8, columns: 12, data: createKeyedRandom(4).normal([key], 96) });

describe('laws', () => {
  const base = new Map([['m', draw('base')]]);
  const fuse = async (...models: readonly TestMatrix[]): Promise<Float32Array> =>
    (await fuseMatrices({ strategy: arceeFusion, modules: new Map([['m', models]]), base })).get('m')![0]!;

  it('every entry is the one’s or the other’s, and both occur', async () => {
    const [x, y] = [draw('x'), draw('y')];
    const merged = await fuse(x, y);
    const taken = [...merged].map((value, i) => Math.abs(value - y.data[i]!) < 1e-6);
    expect(merged.every((value, i) => taken[i] || value === x.data[i])).toBe(true);
    expect([taken.includes(true), taken.includes(false)]).toEqual([true, true]);
  });

  it('identical models are themselves', async () => {
    expect([...(await fuse(draw('x'), draw('x')))]).toEqual([...draw('x').data]);
  });
});

it('refuses adapters, and says what to do', async () => {
  const adapters = [syntheticAdapter({ seed: 1 }), syntheticAdapter({ seed: 2 })];
  await expect(fuseAdapters({ strategy: arceeFusion, adapters, space: 'DELTA' })).rejects.toThrow(
    /"arceeFusion" merges whole weights.*fuse full models/,
  );
});
