import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMatrix, multiply, polarFactor, svd, toDense, type LowRank, type Matrix } from '@crucible/engine/algebra';
import { createKeyedRandom } from '@crucible/engine/random';
import { distance, fuseAdapters, readGoldenAdapters, readGoldenUpdates, readMatrices } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { mergeTaskSingularVectors } from './merge-task-singular-vectors.js';
import { tsvM } from './tsv-m-strategy.js';

const golden = (path: string): string => fileURLToPath(new URL(`../golden/${path}`, import.meta.url));

interface GoldenCase {
  readonly parameters: { readonly scales: readonly number[] };
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

const mergeAll = (
  modules: ReadonlyMap<string, readonly LowRank[]>,
  keep: 'TRUNCATED' | 'FULL',
): ReadonlyMap<string, Matrix> =>
  new Map([...modules].map(([module, updates]) => [module, toDense(mergeTaskSingularVectors(updates, { keep }))]));

/** Case, what is kept, and the case whose expected values hold (the gauge case has none of its own). */
const cases = [
  ['tsvm-core-lowrank', 'TRUNCATED', 'tsvm-core-lowrank'],
  ['tsvm-core-lowrank', 'FULL', 'tsvm-core-lowrank'],
  ['tsvm-core-equal', 'TRUNCATED', 'tsvm-core-equal'],
  ['tsvm-core-mixed-truncated', 'TRUNCATED', 'tsvm-core-mixed-truncated'],
  ['tsvm-core-mixed-full', 'FULL', 'tsvm-core-mixed-full'],
  ['tsvm-dense-equal', 'TRUNCATED', 'tsvm-dense-equal'],
  ['gauge-lowrank', 'TRUNCATED', 'tsvm-core-lowrank'],
] as const;

describe('TSV-M equals the reference (spectral group)', () => {
  it.each(cases)('%s, %s, in float64', async (name, keep, expected) => {
    const { parameters, tolerance } = readCase(name);
    const merged = mergeAll(await readGoldenUpdates(inputsOf(name), parameters.scales), keep);
    expect(distance(merged, await expectedOf(expected))).toBeLessThan(tolerance.relativeFrobenius.float64);
  });

  it.each(cases)('%s, %s, through the platform in float32', async (name, keep, expected) => {
    const { parameters, tolerance } = readCase(name);
    const adapters = await readGoldenAdapters(inputsOf(name), parameters.scales);
    const { deltas } = await fuseAdapters({ strategy: tsvM, options: { keep }, adapters });
    expect(distance(deltas, await expectedOf(expected))).toBeLessThan(tolerance.relativeFrobenius.float32);
  });
});

describe('tsvm-dense-lowrank-undefined: the dense rule is no function of low-rank updates', () => {
  const noise = createKeyedRandom(1);
  const shaken = ({ rows, columns, data }: Matrix, key: string): Matrix => {
    const draws = noise.normal([key], data.length);
    return createMatrix(
      rows,
      columns,
      data.map((value, at) => value + 1e-13 * draws[at]!),
    );
  };
  /** The reference on dense matrices, singular vectors of rounding noise and all. */
  const dense = (updates: readonly Matrix[]): Matrix => {
    const triples = updates.map(svd);
    const share = Math.trunc(Math.min(updates[0]!.rows, updates[0]!.columns) / updates.length);
    const { rows, columns } = updates[0]!;
    const left = createMatrix(rows, share * updates.length);
    const right = createMatrix(share * updates.length, columns);
    const values: number[] = [];
    triples.forEach(({ u, singularValues, vt }, task) => {
      for (let d = 0; d < share; d += 1) {
        const at = task * share + d;
        values.push(singularValues[d] ?? 0);
        for (let i = 0; i < rows; i += 1) left.data[i * left.columns + at] = u.data[i * u.columns + d] ?? 0;
        for (let j = 0; j < columns; j += 1) right.data[at * columns + j] = vt.data[d * columns + j] ?? 0;
      }
    });
    const whitened = polarFactor(left);
    return multiply(
      { ...whitened, data: whitened.data.map((value, at) => value * values[at % left.columns]!) },
      polarFactor(right),
    );
  };

  it('noise of 1e-13 changes the dense rule at order one, and the core rule hardly', async () => {
    const name = 'tsvm-dense-lowrank-undefined';
    const modules = await readGoldenUpdates(inputsOf(name), readCase(name).parameters.scales);
    for (const [module, updates] of modules) {
      const relative = (x: Matrix, y: Matrix): number => distance(new Map([['', x]]), new Map([['', y]]));
      const exact = updates.map(toDense);
      const twice = [1, 2].map((draw) => dense(exact.map((delta, i) => shaken(delta, `${module}-${i}-${draw}`))));
      expect(relative(twice[0]!, twice[1]!)).toBeGreaterThan(0.1);
      const moved = updates.map((update, i) => ({ ...update, b: shaken(update.b, `${module}-b-${i}`) }));
      const core = (items: readonly LowRank[]): Matrix =>
        toDense(mergeTaskSingularVectors(items, { keep: 'TRUNCATED' }));
      expect(relative(core(moved), core(updates))).toBeLessThan(1e-11);
    }
  });
});
