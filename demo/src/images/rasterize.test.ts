import { describe, expect, it } from 'vitest';
import { rasterize, type Affine, type Polygons } from './rasterize.js';

const SIDE = 8;
const polygons = (...contours: readonly (readonly number[])[]): Polygons => {
  let count = 0;
  return {
    points: Float32Array.from(contours.flat()),
    ends: Int32Array.from(contours, (contour) => (count += contour.length / 2)),
  };
};
const move = (e: number, f: number, size = 1): Affine => ({ a: size, b: 0, c: 0, d: size, e, f });
const square = [0, 0, 1, 0, 1, 1, 0, 1];
const hole = [0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75, 0.25];
const area = (image: Float32Array): number => image.reduce((sum, value) => sum + value, 0);

describe('rasterize', () => {
  it.each([
    ['a square', polygons(square), move(1, 2, 4), 16],
    ['a square between pixels', polygons(square), move(1.3, 2.6, 3.5), 12.25],
    ['a triangle', polygons([0, 0, 1, 0, 0, 1]), move(1, 1, 5), 12.5],
    ['a square with a hole', polygons(square, hole), move(0.5, 0.5, 6), 27],
    ['a square that is drawn twice', polygons(square, square), move(1, 1, 2), 4],
    ['what is left of the image', polygons(square), move(-9, 1, 3), 0],
    ['what is right of the image', polygons(square), move(9, 1, 3), 0],
    ['a square half out on the left', polygons(square), move(-2, 1, 4), 8],
    ['a square half out at the bottom', polygons(square), move(1, 6, 4), 8],
  ])('covers the area of %s', (_name, shape, transform, expected) => {
    expect(area(rasterize(shape, transform, SIDE))).toBeCloseTo(expected, 5);
  });

  it('covers a turned square as often as an upright one', () => {
    const [cos, sin] = [Math.cos(0.4) * 3, Math.sin(0.4) * 3];
    const turned = rasterize(polygons(square), { a: cos, b: -sin, c: sin, d: cos, e: 3.2, f: 2.1 }, SIDE);
    expect(area(turned)).toBeCloseTo(9, 5);
  });

  // Slanted edges far out on the left were lost, and left a streak through the row.
  it('has no streak from edges that lie far out on the left', () => {
    const image = rasterize(polygons([0, 0, 6, 0, 4, 6, -2, 6]), move(-3, 1), SIDE);
    const mirror = rasterize(polygons([0, 0, -6, 0, -4, 6, 2, 6]), move(SIDE + 3, 1), SIDE);
    for (let y = 0; y < SIDE; y += 1) {
      for (let x = 0; x < SIDE; x += 1) expect(image[y * SIDE + x]).toBeCloseTo(mirror[y * SIDE + SIDE - 1 - x]!, 5);
    }
  });
});
