import { excessOver, fuseMatrices, readGoldenCase, readGoldenTensors, readTaskVectors } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { magnitudePrune } from './index.js';

const folder = new URL('../golden/', import.meta.url);

it.each(['0.3', '0.7', '1'])('peft-magnitude-prune-d%s', async (density) => {
  const golden = await readGoldenCase(folder, `peft-magnitude-prune-d${density}`);
  const fused = await fuseMatrices({
    strategy: magnitudePrune,
    options: { density: golden.parameters['density'] },
    modules: (await readTaskVectors(folder, golden)).modules,
    weights: golden.parameters['weights'] as readonly number[],
  });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  expect(excessOver(golden, got, await readGoldenTensors(folder, golden.name, golden.expected!))).toBeLessThanOrEqual(
    0,
  );
});

const fuse = async (values: readonly number[], density: number): Promise<readonly number[]> => {
  const matrix = { rows: 1, columns: values.length, data: Float32Array.from(values) };
  const fused = await fuseMatrices({
    strategy: magnitudePrune,
    options: { density },
    modules: new Map([['m', [matrix]]]),
  });
  return [...fused.get('m')![0]!];
};

it.each<[string, readonly number[], number, readonly number[]]>([
  ['keeps exactly so many', [1, -5, 3, -4, 2], 0.6, [0, -5, 3, -4, 0]],
  ['keeps the first of equals', [2, -2, 2, -2], 0.5, [2, -2, 0, 0]],
  ['keeps nothing where the density is none, as PEFT does', [1, 2, 3], 0.3, [0, 0, 0]],
])('%s', async (_, values, density, expected) => {
  expect(await fuse(values, density)).toEqual(expected);
});
