import { fileURLToPath } from 'node:url';
import {
  describeStrategyConformance,
  excessOver,
  fuseMatrices,
  readGoldenCase,
  readGoldenTensors,
  readTaskVectors,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { weightedAverage } from './weighted-average.js';

const folder = new URL('../golden/dare-free/', import.meta.url);

describe('against mergekit’s linear, which merges whole weights (golden/dare-free)', () => {
  it.each([
    ['mergekit-linear-normalized', 'WEIGHTS'],
    ['mergekit-linear-normalized', 'TASK_VECTORS'],
    ['mergekit-linear-raw', 'WEIGHTS'],
  ])('%s of %s', async (name, of) => {
    const golden = await readGoldenCase(folder, name);
    const { modules, base } = await readTaskVectors(folder, golden);
    const fused = await fuseMatrices({
      strategy: weightedAverage,
      options: { of, normalize: golden.parameters['normalize'] },
      modules,
      ...(of === 'WEIGHTS' && { base: base! }),
      weights: golden.parameters['weights'] as readonly number[],
    });
    const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
    const expected = await readGoldenTensors(folder, name, golden.expected!);
    expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
  });

  it('refuses whole weights where there are none, and says what to do', async () => {
    const matrix = { rows: 1, columns: 1, data: Float32Array.of(1) };
    const fuse = fuseMatrices({
      strategy: weightedAverage,
      options: { of: 'WEIGHTS' },
      modules: new Map([['m', [matrix]]]),
    });
    await expect(fuse).rejects.toThrow(/needs the base weight of "m".*TASK_VECTORS/);
  });
});

describeStrategyConformance(
  weightedAverage,
  { describe, it, expect },
  {
    laws: { oneIsItself: true, oneZeroIsFirst: true, identicalIsItself: true, gauge: true },
    packageFolder: fileURLToPath(new URL('..', import.meta.url)),
  },
);
