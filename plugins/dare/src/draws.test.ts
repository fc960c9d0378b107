import { createKeyedRandom } from '@crucible/engine/random';
import { drawsFor, dropAtRandom } from '@crucible/sdk/elementwise';
import { fuseMatrices } from '@crucible/sdk/testing';
import { parseOptions } from '@crucible/sdk';
import { describe, expect, it } from 'vitest';
import { dareLinear, dareTies } from './index.js';
import { DARE_PRESETS, linearPresets, tiesPresets } from './presets.js';

const strategy = dareLinear;
const values = createKeyedRandom(5).normal(['values'], 24 * 16);
const modules = new Map([['layer', [{ rows: 24, columns: 16, data: values }]]]);
const place = { module: 'layer', vector: 0, rows: 24, columns: 16 };
const draw = drawsFor(createKeyedRandom(1), { digest: 'd' }, place);

describe('DARE over many seeds', () => {
  it.each([0.1, 0.5, 0.9])(
    'has its input as its expectation at density %d, to five standard errors',
    async (density) => {
      const seeds = 400;
      const sums = new Float64Array(values.length);
      for (let seed = 0; seed < seeds; seed += 1) {
        const [out] = (await fuseMatrices({ strategy, options: { density }, modules, seed })).get('layer')!;
        out!.forEach((value, i) => (sums[i]! += value));
      }
      // Each entry is x/p times a Bernoulli variable, of variance x²(1 - p)/p; the squared z-scores are chi-squared with one degree of freedom each.
      const chiSquared = sums.reduce((sum, total, i) => {
        const x = values[i]!;
        return sum + (total / seeds - x) ** 2 / ((x ** 2 * (1 - density)) / density / seeds);
      }, 0);
      expect(Math.abs(chiSquared - values.length)).toBeLessThan(5 * Math.sqrt(2 * values.length));
    },
  );

  it('keeps the share that it is told to, to five standard errors', () => {
    const kept = dropAtRandom(new Float32Array(100_000).fill(1), 0.3, draw, 'NONE').filter(
      (value) => value !== 0,
    ).length;
    expect(Math.abs(kept - 30_000)).toBeLessThan(5 * Math.sqrt(100_000 * 0.3 * 0.7));
  });
});

describe('draws', () => {
  it('keep at a higher density what they keep at a lower one', () => {
    const few = dropAtRandom(values, 0.2, draw, 'NONE');
    const many = dropAtRandom(values, 0.6, draw, 'NONE');
    expect(few.every((value, i) => value === 0 || many[i] === value)).toBe(true);
  });

  it('are the adapter’s, the module’s and the seed’s own', async () => {
    const maskOf = (seed: number, digest: string, module: string): string =>
      dropAtRandom(values, 0.5, drawsFor(createKeyedRandom(seed), { digest }, { ...place, module }), 'NONE').join();
    const masks = [maskOf(1, 'a', 'x'), maskOf(2, 'a', 'x'), maskOf(1, 'b', 'x'), maskOf(1, 'a', 'y')];
    expect(new Set(masks).size).toBe(4);
    expect(maskOf(1, 'a', 'x')).toBe(masks[0]);
  });

  it('do not depend on where a block ends', () => {
    const long = new Float32Array(65_536 + 100).fill(1);
    const whole = dropAtRandom(long, 0.5, draw, 'NONE');
    const direct = createKeyedRandom(1).uniform(['drop', 'd', 'layer', 0], long.length);
    expect([...whole]).toEqual([...direct].map((u) => (u < 0.5 ? 1 : 0)));
  });
});

describe('rescaling', () => {
  it('L1 keeps the sum of magnitudes', () => {
    const mass = (x: Float32Array): number => x.reduce((sum, value) => sum + Math.abs(value), 0);
    expect(mass(dropAtRandom(values, 0.3, draw, 'L1')) / mass(values)).toBeCloseTo(1, 6);
  });

  it('leaves zeros alone where nothing is left to scale', () => {
    const nothing = dropAtRandom(values, 0.5, (count) => new Float32Array(count).fill(0.9), 'L1');
    expect(nothing.every((value) => value === 0)).toBe(true);
  });
});

describe('options', () => {
  it.each(DARE_PRESETS)('%s fills every rule, and what is given wins', (preset) => {
    const common = { preset, density: 0.5, lambda: 1 };
    expect(parseOptions(dareLinear, { preset })).toEqual({ ...common, ...linearPresets[preset] });
    expect(parseOptions(dareTies, { preset })).toEqual({ ...common, ...tiesPresets[preset] });
    expect(parseOptions(dareTies, { preset, rescale: 'NONE' })).toMatchObject({ rescale: 'NONE' });
  });

  it('gives each adapter its own density', async () => {
    const two = new Map([['layer', [...modules.get('layer')!, ...modules.get('layer')!]]]);
    const [all] = (await fuseMatrices({ strategy, options: { density: 1 }, modules: two })).get('layer')!;
    expect([...all!]).toEqual([...values].map((value) => 2 * value));
  });
});
