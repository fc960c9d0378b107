import { modelErrors } from './errors.js';

/** What images a model takes, and how it cuts them: the part of a configuration that patches depend on. */
export interface ImageGeometry {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
}

/** A rest at the right and lower border that fills no patch is left out, as a convolution without padding does. */
export const patchesPerSide = ({ imageSize, patchSize }: ImageGeometry): number => Math.floor(imageSize / patchSize);

/** Patches and the class token. */
export const tokensPerImage = (geometry: ImageGeometry): number => patchesPerSide(geometry) ** 2 + 1;

/** How bytes become a model's input: (pixel / 255 − mean) / deviation, channel by channel. */
export interface Preprocessing {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Pixel / 255 and nothing else. */
export const RAW_PREPROCESSING: Preprocessing = { mean: [0], deviation: [1] };

/** Images as `[count, height, width, channels]`; bytes from 0 to 255, or floats that stand for byte / 255. */
export interface ImageBatch {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array | Float32Array;
}

/**
 * The rows that a patch embedding multiplies: `[count · patches, channels · patch²]`, patches row by row, within a patch channel by channel, as a
 * convolution's weight `[out, channels, patch, patch]` lies when flattened. So the convolution is one matrix product, which every backend has, with its
 * gradient. One channel is repeated for a model that takes three.
 *
 * @param rows which images, by index; all in order unless told
 */
export function extractPatches(
  geometry: ImageGeometry,
  images: ImageBatch,
  preprocessing: Preprocessing = RAW_PREPROCESSING,
  rows?: ArrayLike<number>,
): Float32Array {
  const { imageSize, patchSize, channels } = geometry;
  checkImages(geometry, images);
  const count = rows?.length ?? images.count;
  const side = patchesPerSide(geometry);
  const perPatch = channels * patchSize * patchSize;
  const out = new Float32Array(count * side * side * perPatch);
  const { pixels, channels: stored } = images;
  const unit = pixels instanceof Uint8Array ? 255 : 1;
  const imageLength = imageSize * imageSize * stored;
  for (let c = 0; c < channels; c += 1) {
    const mean = preprocessing.mean[c] ?? preprocessing.mean[0]!;
    const deviation = preprocessing.deviation[c] ?? preprocessing.deviation[0]!;
    const channel = stored === 1 ? 0 : c;
    for (let image = 0; image < count; image += 1) {
      const imageAt = (rows === undefined ? image : rows[image]!) * imageLength;
      for (let patch = 0; patch < side * side; patch += 1) {
        const top = Math.floor(patch / side) * patchSize;
        const left = (patch % side) * patchSize;
        let to = (image * side * side + patch) * perPatch + c * patchSize * patchSize;
        for (let y = top; y < top + patchSize; y += 1) {
          let from = imageAt + (y * imageSize + left) * stored + channel;
          for (let x = 0; x < patchSize; x += 1, from += stored, to += 1) {
            out[to] = (pixels[from]! / unit - mean) / deviation;
          }
        }
      }
    }
  }
  return out;
}

function checkImages({ imageSize, channels }: ImageGeometry, images: ImageBatch): void {
  const fits = images.height === imageSize && images.width === imageSize;
  if (fits && (images.channels === channels || images.channels === 1)) return;
  throw modelErrors.imagesMismatched({
    got: `${images.height} × ${images.width} × ${images.channels}`,
    expected: `${imageSize} × ${imageSize} × ${channels}`,
  });
}
