import { describe, expect, it } from 'vitest';
import type { AdapterFile, AdapterModuleInfo } from '@crucible/engine/adapters';
import { syntheticAdapter } from '../../testing/synthetic-adapters.js';
import { planModules } from './module-plan.js';

/** An adapter of one square module in a layout; nothing of it is read. */
function adapterOf(more: Partial<AdapterModuleInfo>): AdapterFile {
  const info = { name: 'q', inFeatures: 4, outFeatures: 4, rank: 2, scale: 1, ...more };
  return { ...syntheticAdapter({ seed: 1 }), modules: new Map([['q', info]]) };
}

describe('the layout of the base', () => {
  it.each<Partial<AdapterModuleInfo>>([
    {},
    { layout: 'TRANSPOSED' },
    { layout: 'EMBEDDING' },
    { layout: 'CONV2D', kernel: [2, 1] },
    { layout: 'VECTOR', parameter: 'BIAS' },
  ])('is kept through a fusion: %o', (layout) => {
    const [plan] = planModules([adapterOf(layout), adapterOf(layout)]);
    expect(plan!.layout).toEqual(layout);
  });

  it('must be the same in all adapters, for their updates mean different weights', () => {
    expect(() => planModules([adapterOf({}), adapterOf({ layout: 'TRANSPOSED' })])).toThrow(
      expect.objectContaining({ code: 'FUSION_SHAPE_MISMATCH' }) as Error,
    );
    expect(planModules([adapterOf({}), adapterOf({ layout: 'LINEAR' })])).toHaveLength(1);
  });
});
