/** Glyph outlines as closed polygons. */
export interface Outline {
  /** x and y in turn, y downwards; the bounding box is centred on 0 and its longer side is 1. */
  readonly points: readonly number[];
  /** Number of points after each contour. */
  readonly ends: readonly number[];
}

interface PathCommand {
  readonly command: string;
  readonly args: readonly number[];
}

const QUADRATIC_STEPS = 4;
const CUBIC_STEPS = 6;

/** Flattens a font's path; undefined where it draws nothing. */
export function flattenPath(commands: readonly PathCommand[]): Outline | undefined {
  const points: number[] = [];
  const ends: number[] = [];
  let [x, y] = [0, 0];
  const add = (px: number, py: number) => {
    points.push(px, -py);
    [x, y] = [px, py];
  };
  const close = () => {
    const begin = ends.at(-1) ?? 0;
    if (points.length / 2 - begin >= 3) ends.push(points.length / 2);
    else points.length = begin * 2;
  };
  for (const { command, args } of commands) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    const [x0, y0] = [x, y];
    if (command === 'moveTo') {
      close();
      add(a, b);
    } else if (command === 'lineTo') add(a, b);
    else if (command === 'quadraticCurveTo') {
      for (let i = 1; i <= QUADRATIC_STEPS; i += 1) {
        const t = i / QUADRATIC_STEPS;
        const s = 1 - t;
        add(s * s * x0 + 2 * s * t * a + t * t * c, s * s * y0 + 2 * s * t * b + t * t * d);
      }
    } else if (command === 'bezierCurveTo') {
      for (let i = 1; i <= CUBIC_STEPS; i += 1) {
        const t = i / CUBIC_STEPS;
        const s = 1 - t;
        const [w0, w1, w2, w3] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
        add(w0 * x0 + w1 * a + w2 * c + w3 * e, w0 * y0 + w1 * b + w2 * d + w3 * f);
      }
    } else if (command === 'closePath') close();
  }
  close();
  return ends.length === 0 ? undefined : normalize(points, ends);
}

function normalize(points: readonly number[], ends: readonly number[]): Outline | undefined {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  const size = Math.max(right - left, bottom - top);
  if (!(size > 0)) return undefined;
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  return { points: points.map((value, i) => (value - (i % 2 === 0 ? cx : cy)) / size), ends };
}
