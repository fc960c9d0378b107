import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMatrix, multiply, type Matrix } from '@crucible/engine/algebra';
import {
  distance,
  fuseAdapters,
  loadStrategy,
  readGoldenAdapters,
  readGoldenUpdates,
  readMatrices,
} from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { alignUpdates } from './align-updates.js';
import { knots } from './knots-strategy.js';
import { resolveKnots } from './options.js';

const golden = (path: string): string => fileURLToPath(new URL(`../golden/${path}`, import.meta.url));

const ties = await loadStrategy(fileURLToPath(new URL('..', import.meta.url)), 'ties');

interface GoldenCase {
  readonly parameters: {
    readonly scales: readonly number[];
    readonly topK: number;
    readonly trimScope: 'module' | 'all modules';
  };
  readonly inputs: { readonly adapters: string };
  readonly tolerance: { readonly relativeFrobenius: { readonly float64: number; readonly float32: number } };
}
const readCase = (name: string): GoldenCase =>
  JSON.parse(readFileSync(golden(`${name}/case.json`), 'utf8')) as GoldenCase;
const inputsOf = (name: string): string => golden(`${name}/${readCase(name).inputs.adapters}`);

const cases = [
  ['knots-ties-lowrank-k100', 'REFERENCE'],
  ['knots-ties-lowrank-k20', 'REFERENCE'],
  ['knots-ties-lowrank-k20', 'DEFAULT'],
  ['knots-ties-mixed-k41', 'REFERENCE'],
  ['knots-ties-unscaled-lowrank', 'CORE_SPACE'],
] as const;

/** The original TIES in float64: what is at or above the magnitude of rank d - trunc(d·K) stays, the sign of the sum is elected, agreeing entries are averaged. */
function officialTies(tasks: readonly Float64Array[], share: number): Float64Array {
  const size = tasks[0]!.length;
  const trimmed = tasks.map((task) => {
    if (share === 1) return task;
    const threshold = task.map(Math.abs).toSorted()[size - Math.trunc(size * share) - 1]!;
    return task.map((value) => (Math.abs(value) >= threshold ? value : 0));
  });
  return tasks[0]!.map((_, at) => {
    const sign = Math.sign(trimmed.reduce((sum, task) => sum + task[at]!, 0));
    const agreeing = trimmed.map((task) => task[at]!).filter((value) => value * sign > 0);
    return agreeing.length === 0 ? 0 : agreeing.reduce((sum, value) => sum + value, 0) / agreeing.length;
  });
}

describe('KnOTS-TIES equals the reference (spectral group)', () => {
  it.each(cases)('%s, %s, with a TIES of its own in float64', async (name, preset) => {
    const { parameters, tolerance } = readCase(name);
    const aligned = [...(await readGoldenUpdates(inputsOf(name), parameters.scales))].map(
      ([module, updates]) => [module, alignUpdates(updates, resolveKnots({ preset }))] as const,
    );
    const groups = parameters.trimScope === 'module' ? aligned.map((one) => [one]) : [aligned];
    const merged = new Map<string, Matrix>();
    for (const group of groups) {
      const tasks = parameters.scales.map((_, i) =>
        Float64Array.from(group.flatMap(([, { rows }]) => [...rows[i]!.data])),
      );
      const whole = officialTies(tasks, parameters.topK / 100);
      let offset = 0;
      for (const [module, { left, rows }] of group) {
        const { rows: height, columns } = rows[0]!;
        const part = createMatrix(height, columns, whole.slice(offset, offset + height * columns));
        offset += height * columns;
        merged.set(module, multiply(left, part));
      }
    }
    const expected = await readMatrices(golden(`${name}/expected.safetensors`));
    expect(distance(merged, expected)).toBeLessThan(tolerance.relativeFrobenius.float64);
  });

  it.each(cases)('%s, %s, around the plugin TIES, through the platform in float32', async (name, preset) => {
    const { parameters, tolerance } = readCase(name);
    const trimScope = parameters.trimScope === 'module' ? 'TENSOR' : 'GLOBAL';
    const { deltas } = await fuseAdapters({
      strategy: knots,
      strategies: new Map([['ties', ties]]),
      options: { preset, rule: { ties: { density: parameters.topK / 100, trimScope } } },
      adapters: await readGoldenAdapters(inputsOf(name), parameters.scales),
    });
    const expected = await readMatrices(golden(`${name}/expected.safetensors`));
    expect(distance(deltas, expected)).toBeLessThan(tolerance.relativeFrobenius.float32);
  });
});

it('core-ties-lowrank: the same TIES in core coordinates, which depend on the factors, is another rule', async () => {
  const name = 'core-ties-lowrank';
  const { parameters, tolerance } = readCase(name);
  const fuse = (file: string) =>
    readGoldenAdapters(file, parameters.scales).then((adapters) =>
      fuseAdapters({
        strategy: ties,
        space: 'CORE',
        options: { density: parameters.topK / 100, trimScope: 'TENSOR' },
        adapters,
      }),
    );
  const { deltas } = await fuse(inputsOf(name));
  const expected = await readMatrices(golden(`${name}/expected.safetensors`));
  expect(distance(deltas, expected)).toBeLessThan(tolerance.relativeFrobenius.float32);
  expect(distance((await fuse(golden('_inputs/lowrank-gauge.safetensors'))).deltas, deltas)).toBeGreaterThan(0.1);
});
