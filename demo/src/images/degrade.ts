import type { KeyedRandom, RandomKey } from '@crucible/engine/random';
import { SIDE } from './augment.js';

const AREA = SIDE * SIDE;
const COARSE = [16, 24] as const;
const BLUR = [0.4, 1] as const;
const BLUR_RADIUS = 3;
const INK = [0.7, 1] as const;
const VEIL = 0.1;
const RAMP = 0.1;
const NOISE = 0.04;
/** Grey levels of the scanner: 4 bits. */
const LEVELS = 16;
const DRAWS = 8;

/**
 * A mild bad scan, the same kind for every task: coarser resolution, blur, dim ink on a veiled and unevenly lit ground, sensor noise, 16 grey levels.
 * Image i depends on `random`'s seed, `key` and i alone.
 *
 * @param images `[n, SIDE, SIDE]`, 0 to 1
 * @returns `[n, SIDE, SIDE]`, multiples of 17 from 0 to 255
 */
export function degrade(images: Float32Array, random: KeyedRandom, key: RandomKey): Uint8Array {
  const count = images.length / AREA;
  const out = new Uint8Array(images.length);
  const draws = random.uniform([...key, 'degrade'], count * DRAWS);
  const noise = random.normal([...key, 'sensor'], images.length);
  for (let index = 0; index < count; index += 1) {
    const [size, softness, ink, veil, direction, ramp, strength] = draws.subarray(index * DRAWS) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const coarse = COARSE[0] + Math.floor(size * (COARSE[1] - COARSE[0] + 1));
    const sharp = images.subarray(index * AREA, (index + 1) * AREA);
    const soft = blur(enlarge(shrink(sharp, coarse), coarse), between(BLUR, softness));
    const [cos, sin] = [Math.cos(2 * Math.PI * direction), Math.sin(2 * Math.PI * direction)];
    const [contrast, amplitude, sigma] = [between(INK, ink), RAMP * ramp, NOISE * (0.5 + 0.5 * strength)];
    for (let i = 0; i < AREA; i += 1) {
      // -1 to 1 across the image in the direction of the light.
      const across = (cos * ((i % SIDE) - (SIDE - 1) / 2) + sin * (Math.floor(i / SIDE) - (SIDE - 1) / 2)) / (SIDE / 2);
      const ground = VEIL * veil + (amplitude * (across + 1)) / 2;
      const value = ground + (1 - ground) * contrast * soft[i]! + sigma * noise[index * AREA + i]!;
      const level = Math.round(Math.min(1, Math.max(0, value)) * (LEVELS - 1));
      out[index * AREA + i] = level * (255 / (LEVELS - 1));
    }
  }
  return out;
}

const between = ([low, high]: readonly [number, number], u: number): number => low + (high - low) * u;

/** `shares[i]`: which inputs output i is made of, and how much of each. */
type Shares = readonly (readonly (readonly [number, number])[])[];

const shrinking = new Map<number, Shares>();
const enlarging = new Map<number, Shares>();

/** Area average, SIDE to `side`. */
function shrink(image: Float32Array, side: number): Float32Array {
  return resample(
    image,
    SIDE,
    side,
    remember(
      shrinking,
      side,
      (i) => {
        const [from, to] = [(i * SIDE) / side, ((i + 1) * SIDE) / side];
        const shares: [number, number][] = [];
        for (let j = Math.floor(from); j < to; j += 1)
          shares.push([j, (Math.min(to, j + 1) - Math.max(from, j)) / (to - from)]);
        return shares;
      },
      side,
    ),
  );
}

/** Bilinear with pixel centres at halves, `side` to SIDE. */
function enlarge(image: Float32Array, side: number): Float32Array {
  return resample(
    image,
    side,
    SIDE,
    remember(
      enlarging,
      side,
      (i) => {
        const at = Math.max(0, ((i + 0.5) * side) / SIDE - 0.5);
        const low = Math.min(side - 1, Math.floor(at));
        return [
          [low, 1 - (at - low)],
          [Math.min(side - 1, low + 1), at - low],
        ];
      },
      SIDE,
    ),
  );
}

function remember(
  known: Map<number, Shares>,
  side: number,
  make: (i: number) => Shares[number],
  count: number,
): Shares {
  const shares = known.get(side) ?? Array.from({ length: count }, (_, i) => make(i));
  known.set(side, shares);
  return shares;
}

/** Applies `shares` along both sides. */
function resample(image: Float32Array, from: number, to: number, shares: Shares): Float32Array {
  const wide = new Float32Array(from * to);
  for (let y = 0; y < from; y += 1)
    for (let x = 0; x < to; x += 1)
      for (const [j, share] of shares[x]!) wide[y * to + x]! += share * image[y * from + j]!;
  const out = new Float32Array(to * to);
  for (let y = 0; y < to; y += 1)
    for (const [j, share] of shares[y]!) for (let x = 0; x < to; x += 1) out[y * to + x]! += share * wide[j * to + x]!;
  return out;
}

/** Gaussian of `sigma` pixels, 7 taps, the edge repeated. */
function blur(image: Float32Array, sigma: number): Float32Array {
  const taps = Array.from({ length: 2 * BLUR_RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - BLUR_RADIUS) ** 2) / (2 * sigma * sigma)),
  );
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  const shares: Shares = Array.from({ length: SIDE }, (_, i) =>
    taps.map((tap, k) => [Math.min(SIDE - 1, Math.max(0, i + k - BLUR_RADIUS)), tap / total] as const),
  );
  return resample(image, SIDE, SIDE, shares);
}
