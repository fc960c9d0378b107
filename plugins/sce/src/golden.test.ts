import {
  excessOver,
  fuseMatrices,
  readGoldenCase,
  readGoldenTensors,
  readTaskVectors,
  type TestMatrix,
} from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { sce } from './index.js';

const folder = new URL('../golden/', import.meta.url);

it.each<[string, Record<string, unknown>, string]>([
  ['mergekit-sce-top0.4', {}, ''],
  ['mergekit-sce-top0.4', { preset: 'MERGEKIT' }, ''],
  ['mergekit-sce-top1', {}, ''],
  ['mergekit-sce-small-scale', {}, 'intended/'],
  ['mergekit-sce-small-scale', { preset: 'MERGEKIT' }, 'reference/'],
])('%s with %j', async (name, options, prefix) => {
  const golden = await readGoldenCase(folder, name);
  const { selectTopk } = golden.parameters;
  const { modules, base } = await readTaskVectors(folder, golden);
  const fused = await fuseMatrices({ strategy: sce, options: { ...options, selectTopk }, modules });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  const expected = await readGoldenTensors(folder, name, golden.expected!, prefix);
  expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
});

const fuse = async (vectors: readonly (readonly number[])[], options: Record<string, unknown> = {}) => {
  const matrices = vectors.map((values): TestMatrix => ({
    rows: 1,
    columns: values.length,
    data: Float32Array.from(values),
  }));
  return [...(await fuseMatrices({ strategy: sce, options, modules: new Map([['m', matrices]]) })).get('m')![0]!];
};

it('by hand: selects, calculates, erases', async () => {
  // Deviations 1, 0, 4, 0.5: half of the three that differ is one place, the third. Energies there: 1 and 49; the sign is +, so the first is erased.
  expect(
    await fuse(
      [
        [1, 2, -1, 1],
        [3, 2, 7, 0],
      ],
      { selectTopk: 0.5 },
    ),
  ).toEqual([0, 0, 7, 0]);
});

it.each(['PAPER', 'MERGEKIT'])(
  '%s: scaling the input by 2⁻²⁰ scales the result, unless mergekit’s constant says no',
  async (preset) => {
    const vectors = [
      [1, -2, 3, 4],
      [0.5, 2, 3, -1],
    ];
    const whole = await fuse(vectors, { preset });
    const small = await fuse(
      vectors.map((own) => own.map((value) => value * 2 ** -20)),
      { preset },
    );
    expect(small.every((value, i) => value * 2 ** 20 === whole[i])).toBe(preset === 'PAPER');
  },
);
