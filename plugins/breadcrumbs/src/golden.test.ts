import type { ModuleStrategy } from '@crucible/sdk';
import { excessOver, fuseMatrices, readGoldenCase, readGoldenTensors, readTaskVectors } from '@crucible/sdk/testing';
import { expect, it } from 'vitest';
import { breadcrumbs, breadcrumbsTies } from './index.js';

const folder = new URL('../golden/', import.meta.url);

it.each<[string, ModuleStrategy, Record<string, unknown>, string]>([
  ['mergekit-breadcrumbs', breadcrumbs, { preset: 'MERGEKIT' }, ''],
  ['mergekit-breadcrumbs', breadcrumbs, {}, ''],
  ['mergekit-breadcrumbs-ties', breadcrumbsTies, {}, ''],
  ['mergekit-breadcrumbs-wide-gamma', breadcrumbs, {}, ''],
  ['mergekit-breadcrumbs-small-tensor', breadcrumbs, {}, 'intended/'],
  ['mergekit-breadcrumbs-small-tensor', breadcrumbs, { preset: 'MERGEKIT' }, 'reference/'],
])('%s', async (name, strategy, options, prefix) => {
  const golden = await readGoldenCase(folder, name);
  const { density, gamma, lambda, normalize } = golden.parameters;
  const { modules, base } = await readTaskVectors(folder, golden);
  const fused = await fuseMatrices({
    strategy,
    options: { ...options, density, gamma, lambda, ...(normalize === true && { normalize }) },
    modules,
    weights: golden.parameters['weights'] as readonly number[],
  });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  const expected = await readGoldenTensors(folder, name, golden.expected!, prefix);
  expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
});
