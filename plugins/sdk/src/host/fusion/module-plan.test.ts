import { describe, expect, it } from 'vitest';
import { syntheticAdapter, SYNTHETIC_MODULES } from '../../testing/synthetic-adapters.js';
import { fusionLimits } from '../fusion-limits.js';
import { planModules } from './module-plan.js';

describe('planModules', () => {
  it('unites the modules in sorted order, and says who has which', () => {
    const few = syntheticAdapter({ seed: 1, rank: 2, scale: 3, modules: SYNTHETIC_MODULES.slice(2) });
    const plans = planModules([few, syntheticAdapter({ seed: 2 })]);
    expect(plans.map(({ module, index, count }) => [module, index, count])).toEqual(
      SYNTHETIC_MODULES.map(({ name }, i) => [name, i, 3]),
    );
    expect(plans.map(({ holders }) => holders)).toEqual([
      [{ position: 1, rank: 4, scale: 2 }],
      [{ position: 1, rank: 4, scale: 2 }],
      [
        { position: 0, rank: 2, scale: 3 },
        { position: 1, rank: 4, scale: 2 },
      ],
    ]);
  });

  it('refuses more modules than the limit', () => {
    const adapter = syntheticAdapter({ seed: 1 });
    const [info] = adapter.modules.values();
    const modules = new Map(Array.from({ length: fusionLimits.modules + 1 }, (_, i) => [`m${i}`, info!]));
    expect(() => planModules([{ ...adapter, modules }])).toThrow(
      `modules: got ${fusionLimits.modules + 1}, at most ${fusionLimits.modules}`,
    );
  });
});
