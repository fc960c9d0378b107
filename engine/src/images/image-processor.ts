import { centreCrop } from './centre-crop.js';
import { imageErrors } from './errors.js';
import { imageLimits } from './limits.js';
import type { Pixels } from './pixels.js';
import { resample, type ResampleFilter } from './resample.js';

/** How a model wants its images: what `preprocessor_config.json` of Hugging Face says, and in this order. */
export interface ImageProcessor {
  /** The shorter side gets this length, or both sides get theirs; undefined: images keep their size. */
  readonly resize:
    | { readonly kind: 'shortest'; readonly side: number }
    | { readonly kind: 'exact'; readonly height: number; readonly width: number }
    | undefined;
  readonly filter: ResampleFilter;
  readonly crop: { readonly height: number; readonly width: number } | undefined;
  /** (pixel / 255 − mean) / deviation, channel by channel; one entry serves all. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** By PIL's numbers. */
const FILTERS: readonly ResampleFilter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/**
 * Reads the JSON of a `preprocessor_config.json` (or the image part of a `processor_config.json`). Defaults are those of CLIP's processor.
 *
 * @throws IMAGE_PROCESSOR_INVALID
 */
export function parseImageProcessor(file: string, json: unknown): ImageProcessor {
  const fail = (field: string, got: unknown, expected: string): Error =>
    imageErrors.processorInvalid({ file, field, got: JSON.stringify(got) ?? 'absent', expected });
  const outer = asObject(json);
  if (outer === undefined) throw fail('the file', json, 'an object');
  const fields = asObject(outer['image_processor']) ?? outer;
  const side = (field: string, got: unknown): number => {
    if (Number.isInteger(got) && (got as number) >= 1 && (got as number) <= imageLimits.side) return got as number;
    throw fail(field, got, `a whole number from 1 to ${imageLimits.side}`);
  };
  const exact = (field: string, got: unknown): { readonly height: number; readonly width: number } => {
    const { height, width } = asObject(got) ?? { height: got, width: got };
    return { height: side(`${field}.height`, height), width: side(`${field}.width`, width) };
  };
  const readResize = (): ImageProcessor['resize'] => {
    if (fields['do_resize'] === false) return undefined;
    const size = fields['size'] ?? { shortest_edge: 224 };
    const edge = asObject(size)?.['shortest_edge'];
    if (edge !== undefined) return { kind: 'shortest', side: side('size.shortest_edge', edge) };
    // A bare number is the shorter side for processors that crop (CLIP before 2023), and both sides for the others (ViT).
    if (typeof size === 'number' && fields['do_center_crop'] === true) {
      return { kind: 'shortest', side: side('size', size) };
    }
    return { kind: 'exact', ...exact('size', size) };
  };
  const numbers = (field: string, least: number, usual: readonly number[]): readonly number[] => {
    const got = fields[field] ?? usual;
    const fits = Array.isArray(got) && (got.length === 1 || got.length === 3);
    if (fits && got.every((x) => typeof x === 'number' && Number.isFinite(x) && x > least)) return got as number[];
    throw fail(field, got, `1 or 3 numbers above ${least}`);
  };
  const resampling = fields['resample'] ?? 3;
  const filter = FILTERS[resampling as number];
  if (filter === undefined) throw fail('resample', resampling, `a number from 0 to ${FILTERS.length - 1}`);
  const factor = fields['rescale_factor'] ?? 1 / 255;
  if (fields['do_rescale'] === false || typeof factor !== 'number' || Math.abs(factor * 255 - 1) > 1e-6) {
    throw fail('rescale_factor', factor, '1/255');
  }
  const normalizes = fields['do_normalize'] !== false;
  return {
    resize: readResize(),
    filter,
    crop: fields['do_center_crop'] === true ? exact('crop_size', fields['crop_size'] ?? 224) : undefined,
    mean: normalizes ? numbers('image_mean', -1000, [0.48145466, 0.4578275, 0.40821073]) : [0],
    deviation: normalizes ? numbers('image_std', 0, [0.26862954, 0.26130258, 0.27577711]) : [1],
  };
}

/** Resizes and crops; bytes stay bytes, so that a task can keep them. */
export function fitImage(image: Pixels, { resize, filter, crop }: Omit<ImageProcessor, 'mean' | 'deviation'>): Pixels {
  let fitted = image;
  if (resize?.kind === 'exact') fitted = resample(image, resize.height, resize.width, filter);
  if (resize?.kind === 'shortest') {
    const { height, width } = image;
    // transformers cuts the longer side down to a whole number.
    const along = (long: number, short: number): number =>
      Math.min(imageLimits.side * 16, Math.trunc((resize.side * long) / short));
    fitted =
      height <= width
        ? resample(image, resize.side, along(width, height), filter)
        : resample(image, along(height, width), resize.side, filter);
  }
  return crop === undefined ? fitted : centreCrop(fitted, crop.height, crop.width);
}

/** (pixel / 255 − mean) / deviation as `[channels, height, width]`, in float32 as numpy reckons it. */
export function normalizeImage(
  { height, width, channels, data }: Pixels,
  { mean, deviation }: Pick<ImageProcessor, 'mean' | 'deviation'>,
): Float32Array {
  const area = height * width;
  const out = new Float32Array(area * channels);
  for (let c = 0; c < channels; c += 1) {
    const centre = mean[c] ?? mean[0]!;
    const spread = deviation[c] ?? deviation[0]!;
    for (let i = 0; i < area; i += 1) out[c * area + i] = (data[i * channels + c]! / 255 - centre) / spread;
  }
  return out;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
