import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMatrix, multiply, svd, toDense, type LowRank, type Matrix } from '@crucible/engine/algebra';
import {
  distance,
  fuseAdapters,
  randomMatrix,
  readGoldenAdapters,
  readGoldenUpdates,
  readMatrices,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { isoC } from './iso-c-strategy.js';
import { isoCts } from './iso-cts-strategy.js';
import { mergeCommonAndTaskSpaces, splitOfSpace } from './merge-common-and-task-spaces.js';
import { mergeIsotropic } from './merge-isotropic.js';

const golden = (path: string): string => fileURLToPath(new URL(`../golden/${path}`, import.meta.url));

interface GoldenCase {
  readonly parameters: {
    readonly scales: readonly number[];
    readonly commonAndPerTask?: Readonly<Record<string, readonly [number, number]>>;
  };
  readonly inputs: { readonly adapters: string };
  readonly tolerance: { readonly relativeFrobenius: { readonly float64: number; readonly float32: number } };
}
const readCase = (name: string): GoldenCase =>
  JSON.parse(readFileSync(golden(`${name}/case.json`), 'utf8')) as GoldenCase;
const inputsOf = (name: string): string => golden(`${name}/${readCase(name).inputs.adapters}`);

/** Modules that are matrices: biases are averaged by the reference, and no adapter has one. */
async function expectedOf(name: string): Promise<ReadonlyMap<string, Matrix>> {
  const all = await readMatrices(golden(`${name}/expected.safetensors`));
  return new Map([...all].filter(([, { columns }]) => columns > 1));
}

const floor = 1e-6;
const common = (updates: readonly LowRank[]): LowRank => mergeIsotropic(updates, { floor });
const commonAndOwn = (updates: readonly LowRank[]): LowRank =>
  mergeCommonAndTaskSpaces(updates, { commonFraction: 0.8, floor });

/** Case, rule, and the case whose expected values hold (the gauge case has none of its own). */
const cases = [
  ['isoc-core-lowrank', common, isoC, 'isoc-core-lowrank'],
  ['isoc-core-mixed', common, isoC, 'isoc-core-mixed'],
  ['isoc-core-equal', common, isoC, 'isoc-core-equal'],
  ['isoc-dense-equal', common, isoC, 'isoc-dense-equal'],
  ['isocts-dense-equal', commonAndOwn, isoCts, 'isocts-dense-equal'],
  ['gauge-lowrank', common, isoC, 'isoc-core-lowrank'],
] as const;

describe('equals the reference (spectral group)', () => {
  it.each(cases)('%s, in float64', async (name, rule, _, expected) => {
    const { parameters, tolerance } = readCase(name);
    const updates = await readGoldenUpdates(inputsOf(name), parameters.scales);
    const merged = new Map([...updates].map(([module, items]) => [module, toDense(rule(items))]));
    expect(distance(merged, await expectedOf(expected))).toBeLessThan(tolerance.relativeFrobenius.float64);
  });

  it.each(cases)('%s, through the platform in float32', async (name, _, strategy, expected) => {
    const { parameters, tolerance } = readCase(name);
    const adapters = await readGoldenAdapters(inputsOf(name), parameters.scales);
    const { deltas } = await fuseAdapters({ strategy, adapters });
    expect(distance(deltas, await expectedOf(expected))).toBeLessThan(tolerance.relativeFrobenius.float32);
  });

  it('isocts-dense-equal: shares the directions out as the reference does', async () => {
    const { parameters } = readCase('isocts-dense-equal');
    for (const [module, updates] of await readGoldenUpdates(inputsOf('isocts-dense-equal'), parameters.scales)) {
      const { b, a } = updates[0]!;
      const { common: shared, perTask } = splitOfSpace(Math.min(b.rows, a.columns), updates.length, 0.8);
      expect([shared, perTask]).toEqual(parameters.commonAndPerTask![module]);
    }
  });
});

describe('isoc-dense-lowrank-undefined: the dense rule is no function of low-rank updates', () => {
  /** The reference on dense matrices: every direction, also those of rounding noise, gets the mean. */
  const dense = ({ rows, columns, data }: Matrix, key: string): Matrix => {
    const noise = randomMatrix(key, rows, columns).data;
    const { u, singularValues, vt } = svd(
      createMatrix(
        rows,
        columns,
        data.map((value, at) => value + 1e-13 * noise[at]!),
      ),
    );
    const mean = singularValues.reduce((sum, value) => sum + value, 0) / Math.min(rows, columns);
    return multiply({ ...u, data: u.data.map((value) => value * mean) }, vt);
  };

  it('noise of 1e-13 changes the dense rule at order one, and the core rule hardly', async () => {
    const name = 'isoc-dense-lowrank-undefined';
    const modules = await readGoldenUpdates(inputsOf(name), readCase(name).parameters.scales);
    for (const [module, updates] of modules) {
      const relative = (x: Matrix, y: Matrix): number => distance(new Map([['', x]]), new Map([['', y]]));
      const sum = createMatrix(updates[0]!.b.rows, updates[0]!.a.columns);
      for (const update of updates) toDense(update).data.forEach((value, at) => (sum.data[at]! += value));
      expect(relative(dense(sum, `${module}-1`), dense(sum, `${module}-2`))).toBeGreaterThan(0.1);
      const moved = updates.map((update, i) => {
        const noise = randomMatrix(`${module}-${i}`, update.b.rows, update.b.columns).data;
        return { ...update, b: { ...update.b, data: update.b.data.map((value, at) => value + 1e-13 * noise[at]!) } };
      });
      expect(relative(toDense(common(moved)), toDense(common(updates)))).toBeLessThan(1e-11);
    }
  });
});
