import { excessOver, fuseMatrices, readGoldenCase, readGoldenTensors, readTaskVectors } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { modelStock } from './index.js';

const folder = new URL('../golden/', import.meta.url);

it.each(['mergekit-model-stock', 'mergekit-model-stock-filter-wise'])('%s', async (name) => {
  const golden = await readGoldenCase(folder, name);
  const { modules, base } = await readTaskVectors(folder, golden);
  const options = { filterWise: golden.parameters['filterWise'] };
  const fused = await fuseMatrices({ strategy: modelStock, options, modules });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  const expected = await readGoldenTensors(folder, name, golden.expected!);
  expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
});
