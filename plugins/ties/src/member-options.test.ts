import { createKeyedRandom } from '@crucible/engine/random';
import { parseOptions } from '@crucible/sdk';
import { describe, expect, it } from 'vitest';
import { fuseTaskVectors } from './fuse-task-vectors.js';
import { ties, type TiesOptions } from './index.js';

const optionsOf = (raw: Record<string, unknown>): TiesOptions => parseOptions(ties, raw) as TiesOptions;
const draw = (key: string, count: number): Float32Array => createKeyedRandom(7).normal([key], count);

/** Two modules of two adapters; `densities[module][adapter]`, where a schedule says so. */
const modulesOf = (options: TiesOptions, densities?: readonly (readonly number[])[]) =>
  ['a', 'b'].map((module, index) => ({
    module,
    index,
    members: [0, 1].map((position) => ({
      position,
      weight: 1,
      vectors: [draw(`${module}${position}`, index === 0 ? 60 : 40)],
      ...(densities && { options: { ...options, density: densities[index]![position]! } }),
    })),
  }));
const flat = (fused: readonly (readonly Float32Array[])[]): readonly number[] =>
  fused.flat().flatMap((part) => [...part]);

describe('options of a member', () => {
  it.each(['PAPER', 'PEFT', 'MERGEKIT'])('%s: densities by adapter are what the list of densities is', (preset) => {
    const options = optionsOf({ preset, density: 0.5 });
    const listed = optionsOf({ preset, densities: [0.3, 0.8] });
    const own = modulesOf(options, [
      [0.3, 0.8],
      [0.3, 0.8],
    ]);
    expect(flat(fuseTaskVectors(own, 2, options))).toEqual(flat(fuseTaskVectors(modulesOf(listed), 2, listed)));
  });

  it('a global trim has one threshold for densities by module, and keeps as many entries as they would apart', () => {
    const options = optionsOf({ trimCount: 'EXACT', density: 0.9 });
    const own = modulesOf(options, [
      [0.25, 1],
      [0.5, 1],
    ]);
    const [first] = own.map(({ members, ...module }) => ({ ...module, members: [members[0]!] }));
    const second = { ...own[1]!, members: [own[1]!.members[0]!] };
    const fused = flat(fuseTaskVectors([first!, second], 1, options));
    expect(fused.filter((value) => value !== 0)).toHaveLength(60 * 0.25 + 40 * 0.5);
  });

  it('refuses a schedule that asks for a threshold that nobody looked for', () => {
    const options = optionsOf({ density: 1 });
    const own = modulesOf(options, [
      [0.25, 1],
      [0.5, 1],
    ]);
    expect(() => fuseTaskVectors(own, 2, options)).toThrow(/sets density 0\.25.*trimScope: TENSOR/);
  });
});
