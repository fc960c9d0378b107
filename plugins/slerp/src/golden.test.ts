import type { ModuleStrategy } from '@crucible/sdk';
import {
  excessOver,
  fuseMatrices,
  readGoldenCase,
  readGoldenTensors,
  readTaskVectors,
  type GoldenCase,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { karcher, multiSlerp, nearSwap, nuSlerp, slerp } from './index.js';

const folder = new URL('../golden/', import.meta.url);

/** Runs a case of mergekit, which merges whole weights unless it has a base, on the first so many models. */
async function excess(
  golden: GoldenCase,
  strategy: ModuleStrategy,
  options: Record<string, unknown>,
  count: number,
): Promise<number> {
  const { modules, base } = await readTaskVectors(folder, golden);
  const fused = await fuseMatrices({
    strategy,
    options,
    modules: new Map([...modules].map(([module, matrices]) => [module, matrices.slice(0, count)])),
    ...(base && { base }),
    ...(golden.parameters['weights'] !== undefined && { weights: golden.parameters['weights'] as readonly number[] }),
  });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  return excessOver(golden, got, await readGoldenTensors(folder, golden.name, golden.expected!), base);
}

describe('equal to mergekit', () => {
  it.each(['slerp-t0', 'slerp-t0.3', 'slerp-t1'])('%s', async (name) => {
    const golden = await readGoldenCase(folder, `mergekit-${name}`);
    const { t, dotThreshold } = golden.parameters;
    expect(await excess(golden, slerp, { t, dotThreshold, of: 'WEIGHTS' }, 2)).toBeLessThanOrEqual(0);
  });

  it('slerp-colinear', async () => {
    const golden = await readGoldenCase(folder, 'mergekit-slerp-colinear');
    expect(await excess(golden, slerp, { t: golden.parameters['t'] }, 2)).toBeLessThanOrEqual(0);
  });

  it.each([
    ['nuslerp', 'WEIGHTS', 'TENSOR'],
    ['nuslerp-base', 'TASK_VECTORS', 'TENSOR'],
    ['nuslerp-unflattened', 'TASK_VECTORS', 'ROWS'],
    // mergekit's `row_wise` takes the norm over each column.
    ['nuslerp-row-wise', 'TASK_VECTORS', 'COLUMNS'],
    ['nuslerp-zero-weights', 'WEIGHTS', 'TENSOR'],
  ])('%s: of %s, along %s', async (name, of, along) => {
    const golden = await readGoldenCase(folder, `mergekit-${name}`);
    expect(await excess(golden, nuSlerp, { of, along }, 2)).toBeLessThanOrEqual(0);
  });

  it.each([
    ['multislerp', 'WEIGHTS'],
    ['multislerp-raw-weights', 'WEIGHTS'],
    ['multislerp-base', 'TASK_VECTORS'],
  ])('%s: of %s', async (name, of) => {
    const golden = await readGoldenCase(folder, `mergekit-${name}`);
    const { normalizeWeights, eps } = golden.parameters;
    expect(await excess(golden, multiSlerp, { normalizeWeights, eps, of }, 3)).toBeLessThanOrEqual(0);
  });

  it('nearswap, from the base to a model', async () => {
    const golden = await readGoldenCase(folder, 'mergekit-nearswap');
    const { modules, base } = await readTaskVectors(folder, golden);
    const pairs = [...modules].map(([module, [model]]) => {
      const none = { ...model!, data: new Float32Array(model!.data.length) };
      return [module, [none, model!]] as const;
    });
    const options = { t: golden.parameters['t'] };
    const fused = await fuseMatrices({ strategy: nearSwap, options, modules: new Map(pairs) });
    const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
    const expected = await readGoldenTensors(folder, golden.name, golden.expected!);
    expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
  });

  it('karcher', async () => {
    const golden = await readGoldenCase(folder, 'mergekit-karcher');
    expect(await excess(golden, karcher, { ...golden.parameters, of: 'WEIGHTS' }, 3)).toBeLessThanOrEqual(0);
  });
});
