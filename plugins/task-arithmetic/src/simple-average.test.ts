import { FUSION_SPACES } from '@crucible/sdk';
import { fuseAdapters, syntheticAdapter } from '@crucible/sdk/testing';
import { describe, expect, it } from 'vitest';
import { simpleAverage } from './simple-average.js';
import { taskArithmetic } from './task-arithmetic.js';

const framed = [1, 2, 3].map((seed) => syntheticAdapter({ seed, frame: 'one' }));

describe('simple average', () => {
  it.each(FUSION_SPACES)('is task arithmetic at λ = 1/n, bit for bit, in %s space', async (space) => {
    const average = await fuseAdapters({ strategy: simpleAverage, adapters: framed, space });
    const sum = await fuseAdapters({ strategy: taskArithmetic, options: { lambda: 1 / 3 }, adapters: framed, space });
    expect(average.factors).toEqual(sum.factors);
  });

  it('divides by all adapters also where some lack a module', async () => {
    const [first, second] = framed;
    const modules = new Map([...second!.modules].slice(0, 1));
    const fused = await fuseAdapters({
      strategy: simpleAverage,
      adapters: [first!, { ...second!, modules }],
      space: 'FRAME',
    });
    const [, lacked] = [...first!.modules.keys()];
    const { b } = await first!.readFactors(lacked!);
    expect(fused.factors.get(lacked!)!.b).toEqual(b.map((value) => value / 2));
  });

  it('weighs by share', async () => {
    const fused = await fuseAdapters({
      strategy: simpleAverage,
      adapters: framed.slice(0, 2),
      weights: [3, 1],
      space: 'FRAME',
    });
    const sum = await fuseAdapters({
      strategy: taskArithmetic,
      options: { lambda: 0.25 },
      adapters: framed.slice(0, 2),
      weights: [3, 1],
      space: 'FRAME',
    });
    expect(fused.factors).toEqual(sum.factors);
  });

  it('refuses weights that add up to 0, and says so', async () => {
    const fusing = fuseAdapters({ strategy: simpleAverage, adapters: framed.slice(0, 2), weights: [1, -1] });
    await expect(fusing).rejects.toThrow(
      'strategy "simpleAverage" failed in fuseModule of module "layers.0.k_proj": the weights [1, -1] add up to 0',
    );
  });
});
