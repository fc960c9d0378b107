import type { KeyedRandom, RandomKey } from '@crucible/engine/random';
import { rasterize, type Polygons } from './rasterize.js';

export const SIDE = 28;
/** Longer side of a glyph in pixels at scale 1. */
const GLYPH_SIZE = 22;
const ROTATION = (20 * Math.PI) / 180;
const SHEAR = 0.25;
const SCALE = [0.65, 1.05] as const;
const SHIFT = 0.14 * SIDE;
const LOG_GAIN = [-0.3, 0.5] as const;
const CONTRAST = [0.75, 1] as const;
const NOISE = 0.04;
/** Uniform numbers that one image takes. */
const DRAWS = 9;

const between = ([low, high]: readonly [number, number], u: number): number => low + (high - low) * u;
const around = (bound: number, u: number): number => bound * (2 * u - 1);

/**
 * Draws a glyph as print is drawn: turned, sheared, scaled and shifted a little, of some stroke gain and contrast, with faint noise. White on black.
 *
 * @returns `[glyphs, SIDE, SIDE]`, 0 to 1. Image i depends on `seed`, `key` and i alone.
 */
export function drawGlyphs(glyphs: readonly Polygons[], random: KeyedRandom, key: RandomKey): Float32Array {
  const area = SIDE * SIDE;
  const images = new Float32Array(glyphs.length * area);
  const draws = random.uniform([...key, 'augment'], glyphs.length * DRAWS);
  const noise = random.normal([...key, 'noise'], images.length);
  for (const [index, glyph] of glyphs.entries()) {
    const [turn, shear, sx, sy, dx, dy, gain, contrast, strength] = draws.subarray(index * DRAWS) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const angle = around(ROTATION, turn);
    const lean = around(SHEAR, shear);
    // One scale for both sides, and a tenth of difference between them.
    const size = GLYPH_SIZE * between(SCALE, sx);
    const [wide, high] = [size * (1 + 0.1 * around(1, sy)), size];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const coverage = rasterize(
      glyph,
      {
        a: wide * cos,
        b: high * (lean * cos - sin),
        c: wide * sin,
        d: high * (lean * sin + cos),
        e: SIDE / 2 + around(SHIFT, dx),
        f: SIDE / 2 + around(SHIFT, dy),
      },
      SIDE,
    );
    const [strokes, ink, sigma] = [Math.exp(between(LOG_GAIN, gain)), between(CONTRAST, contrast), NOISE * strength];
    for (let i = 0; i < area; i += 1) {
      const value = ink * Math.min(1, strokes * coverage[i]!) + sigma * noise[index * area + i]!;
      images[index * area + i] = Math.min(1, Math.max(0, value));
    }
  }
  return images;
}
