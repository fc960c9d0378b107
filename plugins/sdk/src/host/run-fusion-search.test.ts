import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { SearchObjective, SearchStrategy, Strategy } from '../contract/strategy.js';
import { definePlugin } from '../definition/define-plugin.js';
import { defineSearchStrategy } from '../definition/define-strategy.js';
import { distance, fuseAdapters } from '../testing/fuse-adapters.js';
import { SYNTHETIC_MODULES, syntheticAdapter } from '../testing/synthetic-adapters.js';
import { composeAdapters } from './compose-adapters.js';
import { groupModules } from './fusion/group-modules.js';
import { fusionLimits } from './fusion-limits.js';

const adapters = [
  syntheticAdapter({ seed: 1, rank: 4, scale: 2 }),
  // It lacks the first module, so that positions and places differ.
  syntheticAdapter({ seed: 2, rank: 3, scale: 0.5, modules: SYNTHETIC_MODULES.slice(1) }),
];
const members = adapters.map((adapter) => ({ adapter, weight: 1 }));
const FOUND = [0.5, 0.25, 2, -1];

const searching = (change: Partial<SearchStrategy> = {}): Strategy =>
  ({
    ...defineSearchStrategy({
      id: 'searching',
      title: 'x',
      description: 'x',
      references: [{ title: 'x' }],
      needs: { minAdapters: 1, order: 'INVARIANT' },
      spaces: ['DELTA', 'CORE'],
      options: z.object({}),
      shots: () => 1,
      // By layer: the two of layer 0 together.
      groups: (modules) => modules.map((module) => Number(module.split('.')[1])),
      search: async (_, objective) => {
        await objective.evaluate(FOUND);
        return { coefficients: FOUND, trace: [] };
      },
    }),
    ...change,
  }) as Strategy;
const value = { loss: 1, accuracy: 0.5, examples: 4 };
const flat: SearchObjective = { adapterCount: 2, examples: 4, evaluate: async () => value };

describe('a search over groups of modules', () => {
  it('gets their number, and each module is combined by the coefficients of its group', async () => {
    let seen: number | undefined;
    const strategy = searching({
      search: async (_, objective) => {
        seen = objective.groupCount;
        return { coefficients: FOUND, trace: [] };
      },
    });
    const { factors, outcome } = await fuseAdapters({ strategy, adapters, objective: flat, space: 'DELTA' });
    expect(seen).toBe(2);
    expect(outcome).toMatchObject({ coefficients: FOUND, groups: [0, 0, 1] });
    const composed = await composeAdapters({ members, coefficients: FOUND, groups: [0, 0, 1], space: 'DELTA' });
    for (const [module, own] of composed) expect(factors.get(module)).toEqual(own);
    for (const [index, { name }] of SYNTHETIC_MODULES.entries()) {
      const part = FOUND.slice(index < 2 ? 0 : 2, index < 2 ? 2 : 4);
      const whole = await composeAdapters({ members, coefficients: part, space: 'DELTA' });
      expect(composed.get(name)).toEqual(whole.get(name));
    }
  });

  it('gives with equal coefficients what one group gives', async () => {
    const coefficients = [0.5, 0.25, 0.5, 0.25];
    const grouped = searching({ search: async () => ({ coefficients, trace: [] }) });
    const single = searching({
      groups: (modules) => modules.map(() => 0),
      search: async () => ({ coefficients: [0.5, 0.25], trace: [] }),
    });
    const one = await fuseAdapters({ strategy: grouped, adapters, objective: flat });
    const two = await fuseAdapters({ strategy: single, adapters, objective: flat });
    expect(distance(one.deltas, two.deltas)).toBe(0);
    expect(one.outcome.digest).toBe(two.outcome.digest);
  });

  it.each<[string, readonly number[] | undefined, string]>([
    ['too few', [0, 1], 'expected the groups of 3 modules, got 2'],
    ['none', undefined, 'expected the groups of 3 modules, got none'],
    ['one that is no number', [0, 0.5, 1], 'the group of module "b" is 0.5'],
    ['a gap', [0, 2, 2], 'no module is in group 1, and there are groups to 2'],
  ])('refuses groups: %s', (_, groups, message) => {
    const strategy = searching({ groups: () => groups as readonly number[] }) as SearchStrategy;
    expect(() => groupModules(strategy, {}, ['a', 'b', 'c'], 2)).toThrow(message);
  });

  it('caps the coefficients of all groups', () => {
    const strategy = searching({ groups: (modules) => modules.map((_, i) => i) }) as SearchStrategy;
    const modules = Array.from({ length: fusionLimits.coefficients / 2 + 1 }, (_, i) => `m${i}`);
    expect(() => groupModules(strategy, {}, modules, 2)).toThrow('at most 65536');
    expect(groupModules(strategy, {}, modules.slice(1), 2).count).toBe(fusionLimits.coefficients / 2);
  });

  it('refuses coefficients that do not fit the groups', async () => {
    const strategy = searching({ search: async () => ({ coefficients: [1, 1], trace: [] }) });
    await expect(fuseAdapters({ strategy, adapters, objective: flat })).rejects.toMatchObject({
      code: 'STRATEGY_INVALID_OUTPUT',
      message: expect.stringContaining('expected 4 finite coefficients'),
    });
    for (const wrong of [
      { coefficients: [1], groups: undefined },
      { coefficients: FOUND, groups: [0, 1] },
    ]) {
      await expect(composeAdapters({ members, space: 'DELTA', ...wrong })).rejects.toMatchObject({
        code: 'FUSION_COEFFICIENTS_MISMATCH',
      });
    }
  });
});

describe('a search that descends', () => {
  const descending = searching({
    needs: { minAdapters: 1, order: 'INVARIANT', gradient: true },
    evaluations: () => 3,
    search: async (_, objective) => {
      let at = [1, 1, 1, 1];
      for (let step = 0; step < 3; step += 1) {
        const { gradient } = await objective.gradient!(at, step);
        at = at.map((x, i) => x - 0.5 * gradient[i]!);
      }
      return { coefficients: at, trace: [] };
    },
  });
  /** ½‖c‖²: each step halves the coefficients. */
  const sloped: SearchObjective & { readonly steps: number[] } = {
    ...flat,
    steps: [],
    async gradient(coefficients, step) {
      sloped.steps.push(step);
      return { ...value, gradient: coefficients };
    },
  };

  it('is given the gradient, and its steps count as progress', async () => {
    const seen: string[] = [];
    const { outcome } = await fuseAdapters({
      strategy: descending,
      adapters,
      objective: sloped,
      onProgress: ({ phase, done, total }) => phase === 'SEARCH' && seen.push(`${done}/${total}`),
    });
    expect(outcome.coefficients).toEqual([0.125, 0.125, 0.125, 0.125]);
    expect(sloped.steps).toEqual([0, 1, 2]);
    expect(seen).toEqual(['1/3', '2/3', '3/3']);
  });

  it('stops at the next step when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let steps = 0;
    const objective: SearchObjective = {
      ...sloped,
      gradient: async (coefficients) => {
        steps += 1;
        controller.abort(reason);
        return { ...value, gradient: coefficients };
      },
    };
    const run = fuseAdapters({ strategy: descending, adapters, objective, signal: controller.signal });
    await expect(run).rejects.toBe(reason);
    expect(steps).toBe(1);
  });

  it('is refused where there is no gradient', async () => {
    await expect(
      fuseAdapters({ strategy: descending, adapters, objective: flat, space: 'CORE' }),
    ).rejects.toMatchObject({
      code: 'FUSION_NO_GRADIENT',
      message: expect.stringContaining('CORE space'),
    });
    const wrong = { ...descending, spaces: ['FACTOR'] } as Strategy;
    expect(() => definePlugin({ strategies: [wrong] })).toThrow('none in FACTOR space');
  });
});
