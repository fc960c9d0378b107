import { createKeyedRandom } from '@crucible/engine/random';
import { parseOptions } from '@crucible/sdk';
import { fuseMatrices, type TestMatrix } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { emr } from './index.js';
import { EMR_PRESETS, presetRules } from './options.js';

const row = (...values: readonly number[]): TestMatrix => ({
  rows: 1,
  columns: values.length,
  data: Float32Array.from(values),
});
const fuse = async (
  modules: Readonly<Record<string, readonly TestMatrix[]>>,
  options: Record<string, unknown> = {},
): Promise<Record<string, readonly (readonly number[])[]>> =>
  Object.fromEntries(
    [...(await fuseMatrices({ strategy: emr, options, modules: new Map(Object.entries(modules)) }))].map(
      ([module, outputs]) => [module, outputs.map((values) => [...values])],
    ),
  );

describe('by hand', () => {
  // Signs +, -, + and none; unified [3, -4, 2, 0]. First: mass 1 + 4 + 2 + 1 = 8, of the unified 3 + 4 + 2 = 9. Second: mass 3 + 1 + 1 = 5, of the unified 3.
  const m = [row(1, -4, 2, 1), row(3, 1, 0, -1)];
  const first = [3, -4, 2, 0].map((value) => Math.fround((8 / 9) * value));

  it('elects, masks and rescales', async () => {
    expect((await fuse({ m })).m).toEqual([first, [5, 0, 0, 0]]);
  });

  it('where they cancel the paper’s code elects the negative side', async () => {
    // Unified [3, -4, 2, -1]: the last entry is the second's, whose mass 5 then lies on 3 + 1.
    const [, second] = (await fuse({ m }, { preset: 'REFERENCE' })).m!;
    expect(second).toEqual([(5 / 4) * 3, 0, 0, -(5 / 4)].map(Math.fround));
  });

  it('NONE leaves the unified magnitudes', async () => {
    expect((await fuse({ m }, { rescale: 'NONE' })).m).toEqual([
      [3, -4, 2, 0],
      [3, 0, 0, 0],
    ]);
  });

  it('one rescaler for all modules, by their totals or by their means; or one for each', async () => {
    const modules = { m: [row(1, 1), row(3, 3)], n: [row(8), row(2)] };
    // The first: masses 2 and 8, of the unified 6 and 8; means 1 and 8, of 3 and 8.
    const total = await fuse(modules);
    const means = await fuse(modules, { preset: 'REFERENCE' });
    const each = await fuse(modules, { rescale: 'MODULE' });
    expect([total.m![0]![0], total.n![0]![0]]).toEqual([(10 / 14) * 3, (10 / 14) * 8].map(Math.fround));
    expect([means.m![0]![0], means.n![0]![0]]).toEqual([(9 / 11) * 3, (9 / 11) * 8].map(Math.fround));
    expect([each.m![0]![0], each.n![0]![0]]).toEqual([1, 8]);
  });
});

const draw = (seed: number): TestMatrix => ({
  rows: 20,
  columns: 30,
  data: createKeyedRandom(seed).normal(['x'], 600),
});

describe('laws', () => {
  const mass = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);

  it('each result has its adapter’s own mass, and none of the signs that it has not', async () => {
    const vectors = [1, 2, 3].map(draw);
    const outputs = (await fuse({ m: vectors })).m!;
    outputs.forEach((values, t) => {
      const own = [...vectors[t]!.data];
      expect(mass(values) / mass(own)).toBeCloseTo(1, 6);
      expect(values.every((value, i) => value === 0 || Math.sign(value) === Math.sign(own[i]!))).toBe(true);
    });
  });

  it('identical adapters, and one alone, come back', async () => {
    const own = [...draw(1).data];
    expect((await fuse({ m: [draw(1)] })).m).toEqual([own]);
    expect((await fuse({ m: [draw(1), draw(1)] })).m).toEqual([own, own]);
  });
});

it.each(EMR_PRESETS)('%s fills every rule, and what is given wins', (preset) => {
  expect(parseOptions(emr, { preset })).toEqual({ preset, lambda: 1, ...presetRules[preset] });
  expect(parseOptions(emr, { preset, rescale: 'NONE' })).toMatchObject({ rescale: 'NONE' });
});
