import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { matrixFrom, toDense, type LowRank } from '@crucible/engine/algebra';
import { distance, fuseAdapters, readGoldenAdapters, readGoldenUpdates, readMatrices } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { interferenceOf, minimizeInterference } from './minimize-interference.js';
import { wudi } from './wudi-strategy.js';

const golden = (path: string): string => fileURLToPath(new URL(`../golden/${path}`, import.meta.url));

interface GoldenCase {
  readonly parameters: { readonly scales: readonly number[]; readonly ridge: number; readonly deltaScale: number };
  readonly inputs: { readonly adapters: string };
  readonly facts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly tolerance: { readonly relativeFrobenius: { readonly float64: number; readonly float32: number } };
}
const readCase = (name: string): GoldenCase =>
  JSON.parse(readFileSync(golden(`${name}/case.json`), 'utf8')) as GoldenCase;
const inputsOf = (name: string): string => golden(`${name}/${readCase(name).inputs.adapters}`);
const expectedOf = (name: string) => readMatrices(golden(`${name}/expected.safetensors`));

const cases = ['wudi-closed-lowrank-ridge0.001', 'wudi-closed-mixed-ridge0.01', 'wudi-closed-mixed-ridge0.1'] as const;

describe('equals the closed form on dense matrices in numpy (spectral group)', () => {
  it.each(cases)('%s, in float64, and leaves the interference that the case states', async (name) => {
    const { parameters, facts, tolerance } = readCase(name);
    const modules = await readGoldenUpdates(inputsOf(name), parameters.scales);
    const merged = new Map([...modules].map(([module, items]) => [module, minimizeInterference(items, parameters)]));
    const dense = new Map([...merged].map(([module, update]) => [module, toDense(update)]));
    expect(distance(dense, await expectedOf(name))).toBeLessThan(tolerance.relativeFrobenius.float64);
    for (const [module, updates] of modules) {
      expect(Math.abs(interferenceOf(merged.get(module)!, updates) / facts[module]!['closed']! - 1)).toBeLessThan(1e-9);
    }
  });

  it.each(cases)('%s, through the platform in float32', async (name) => {
    const { parameters, tolerance } = readCase(name);
    const adapters = await readGoldenAdapters(inputsOf(name), parameters.scales);
    const { deltas } = await fuseAdapters({ strategy: wudi, options: { ridge: parameters.ridge }, adapters });
    expect(distance(deltas, await expectedOf(name))).toBeLessThan(tolerance.relativeFrobenius.float32);
  });
});

/** The published procedure stops after 300 steps of 1e-5: no minimum, and no function that a closed form could equal. */
describe('wudi-adam-lowrank: the published descent', () => {
  const name = 'wudi-adam-lowrank';
  const dense = ({ rows, columns, data }: { rows: number; columns: number; data: Float64Array }): LowRank => {
    const a = new Float64Array(columns * columns);
    for (let i = 0; i < columns; i += 1) a[i * columns + i] = 1;
    return { b: matrixFrom(rows, columns, data), a: matrixFrom(columns, columns, a), scale: 1 };
  };

  it('leaves the interference that the case states, and the closed form less than a ten-thousandth of it', async () => {
    const { parameters, facts } = readCase(name);
    const expected = await expectedOf(name);
    for (const [module, golden] of await readGoldenUpdates(inputsOf(name), parameters.scales)) {
      const updates = golden.map((update) => ({ ...update, scale: update.scale * parameters.deltaScale }));
      const { adam300, sum } = facts[module]!;
      const descended = interferenceOf(dense(expected.get(module)!), updates);
      expect(Math.abs(descended / adam300! - 1)).toBeLessThan(1e-3);
      const solved = interferenceOf(minimizeInterference(updates, { ridge: 1e-6 }), updates);
      expect(solved).toBeLessThan(1e-4 * adam300!);
      expect(descended).toBeLessThan(sum!);
    }
  });
});
