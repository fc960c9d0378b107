import type { Pixels } from './pixels.js';

/** Filters by the names that PIL gives them. */
export type ResampleFilter = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/**
 * An image at another size, to the bit what PIL's `Image.resize` gives (Pillow 2.7 and later): filters stretched by the scale where an image shrinks, rows before
 * columns, bytes between the two, weights in 22-bit fixed point. It is our own because libvips shrinks by boxes first and rounds elsewhere, which costs
 * up to several levels, and the models were trained on PIL's.
 */
export function resample(image: Pixels, height: number, width: number, filter: ResampleFilter): Pixels {
  if (image.height === height && image.width === width) return image;
  if (filter === 'nearest') return pickNearest(image, height, width);
  const rows = image.width === width ? image : alongRows(image, width, filter);
  return rows.height === height ? rows : alongColumns(rows, height, filter);
}

const PRECISION = 22;
const HALF = 2 ** (PRECISION - 1);
const ONE = 2 ** PRECISION;

interface Window {
  readonly begin: number;
  readonly weights: Float64Array;
}

function windows(from: number, to: number, filter: Exclude<ResampleFilter, 'nearest'>): readonly Window[] {
  const { reach, weigh } = FILTERS[filter];
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = reach * stretch;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights = Float64Array.from({ length: end - begin }, (_, x) =>
      weigh((x + begin - centre + 0.5) * (1 / stretch)),
    );
    let sum = 0;
    for (const weight of weights) sum += weight;
    return { begin, weights: weights.map((weight) => toFixed(sum === 0 ? weight : weight / sum)) };
  });
}

const toFixed = (weight: number): number => Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * ONE);

function toByte(sum: number): number {
  const level = Math.floor(sum / ONE);
  return level < 0 ? 0 : level > 255 ? 255 : level;
}

function alongRows({ height, width: from, channels, data }: Pixels, width: number, filter: Smooth): Pixels {
  const out = new Uint8Array(height * width * channels);
  const plan = windows(from, width, filter);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { begin, weights } = plan[x]!;
      for (let c = 0; c < channels; c += 1) {
        let sum = HALF;
        let at = (y * from + begin) * channels + c;
        for (let i = 0; i < weights.length; i += 1, at += channels) sum += data[at]! * weights[i]!;
        out[(y * width + x) * channels + c] = toByte(sum);
      }
    }
  }
  return { height, width, channels, data: out };
}

function alongColumns({ height: from, width, channels, data }: Pixels, height: number, filter: Smooth): Pixels {
  const out = new Uint8Array(height * width * channels);
  const row = width * channels;
  windows(from, height, filter).forEach(({ begin, weights }, y) => {
    for (let x = 0; x < row; x += 1) {
      let sum = HALF;
      for (let i = 0; i < weights.length; i += 1) sum += data[(begin + i) * row + x]! * weights[i]!;
      out[y * row + x] = toByte(sum);
    }
  });
  return { height, width, channels, data: out };
}

function pickNearest(
  { height: fromHeight, width: fromWidth, channels, data }: Pixels,
  height: number,
  width: number,
): Pixels {
  const out = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y += 1) {
    const fromY = Math.floor((y + 0.5) * (fromHeight / height));
    for (let x = 0; x < width; x += 1) {
      const at = (fromY * fromWidth + Math.floor((x + 0.5) * (fromWidth / width))) * channels;
      out.set(data.subarray(at, at + channels), (y * width + x) * channels);
    }
  }
  return { height, width, channels, data: out };
}

type Smooth = Exclude<ResampleFilter, 'nearest'>;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

/** Keys' cubic with a = −1/2, as PIL's bicubic. */
function cubic(x: number): number {
  const t = Math.abs(x);
  const a = -0.5;
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
}

const FILTERS: Readonly<Record<Smooth, { readonly reach: number; readonly weigh: (x: number) => number }>> = {
  box: { reach: 0.5, weigh: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { reach: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    reach: 1,
    weigh: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI))),
  },
  bicubic: { reach: 2, weigh: cubic },
  lanczos: { reach: 3, weigh: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};
