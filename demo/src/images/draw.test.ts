import { createKeyedRandom } from '@crucible/engine/random';
import { describe, expect, it } from 'vitest';
import { drawGlyphs, SIDE } from './augment.js';
import { degrade } from './degrade.js';
import type { Polygons } from './rasterize.js';

const AREA = SIDE * SIDE;
const bar: Polygons = {
  points: Float32Array.of(-0.15, -0.5, 0.15, -0.5, 0.15, 0.5, -0.15, 0.5),
  ends: Int32Array.of(4),
};
const random = createKeyedRandom(5);
const three = drawGlyphs([bar, bar, bar], random, ['test']);

describe('drawGlyphs', () => {
  it('gives an image that depends on seed, key and position alone', () => {
    const two = drawGlyphs([bar, bar], createKeyedRandom(5), ['test']);
    expect(two).toEqual(three.slice(0, 2 * AREA));
    expect(drawGlyphs([bar, bar], random, ['other'])).not.toEqual(two);
    expect(drawGlyphs([bar, bar], createKeyedRandom(6), ['test'])).not.toEqual(two);
  });

  it('draws bright strokes on black, from 0 to 1', () => {
    expect(Math.min(...three)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...three)).toBeLessThanOrEqual(1);
    const bright = three.filter((value) => value > 0.5).length / three.length;
    expect(bright).toBeGreaterThan(0.05);
    expect(bright).toBeLessThan(0.3);
  });
});

describe('degrade', () => {
  const scans = degrade(three, random, ['test']);

  it('gives 16 grey levels', () => {
    expect(scans.length).toBe(three.length);
    for (const value of scans) expect(value % 17).toBe(0);
    expect(new Set(scans).size).toBeGreaterThan(8);
  });

  it('gives an image that depends on seed, key and position alone', () => {
    expect(degrade(three.slice(0, AREA), createKeyedRandom(5), ['test'])).toEqual(scans.slice(0, AREA));
  });

  it('leaves a flat image flat, but for light, veil and noise', () => {
    const flat = degrade(new Float32Array(AREA), random, ['flat']);
    // The ground is at most 0.1 of veil and 0.1 of light, and the noise 4 % of full scale: five deviations are 0.2.
    expect(Math.max(...flat)).toBeLessThan(0.45 * 255);
  });
});
