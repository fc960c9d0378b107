import type { ModuleStrategy } from '@crucible/sdk';
import { excessOver, fuseMatrices, readGoldenCase, readGoldenTensors, readTaskVectors } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { ram, ramPlus } from './index.js';
import { mergeTouched } from './merge-touched.js';

const folder = new URL('../golden/', import.meta.url);

it.each<[string, ModuleStrategy]>([
  ['mergekit-ram', ram],
  ['mergekit-ramplus-tl', ramPlus],
])('%s', async (name, strategy) => {
  const golden = await readGoldenCase(folder, name);
  const { epsilon, r, alpha } = golden.parameters;
  const { modules, base } = await readTaskVectors(folder, golden);
  const options = { epsilon, ...(r !== undefined && { gain: r, cap: alpha }) };
  const fused = await fuseMatrices({ strategy, options, modules });
  const got = new Map([...fused].map(([module, [values]]) => [module, values!]));
  const expected = await readGoldenTensors(folder, name, golden.expected!);
  expect(excessOver(golden, got, expected, base)).toBeLessThanOrEqual(0);
});

describe('by hand', () => {
  const vectors = [Float32Array.of(4, 2, 0, 1e-6), Float32Array.of(0, 4, 0, 0)];

  it('RAM keeps what is unique and averages what is shared', () => {
    expect([...mergeTouched(vectors, { epsilon: 1e-5, gain: 0, cap: 0 }, 1)]).toEqual([4, 3, 0, 0]);
  });

  it('RAM+ scales what is unique: shared over unique is 1 for the first, capped at 0.5', () => {
    expect([...mergeTouched(vectors, { epsilon: 1e-5, gain: 0.5, cap: 0.5 }, 1)]).toEqual([5, 3, 0, 0]);
  });
});
