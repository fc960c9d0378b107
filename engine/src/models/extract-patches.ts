import { modelErrors } from './errors.js';
import { patchesPerSide, type VisionConfig } from './vision-config.js';

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
  config: VisionConfig,
  images: ImageBatch,
  preprocessing: Preprocessing = RAW_PREPROCESSING,
  rows?: ArrayLike<number>,
): Float32Array {
  const { imageSize, patchSize, channels } = config;
  checkImages(config, images);
  const count = rows?.length ?? images.count;
  const side = patchesPerSide(config);
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

function checkImages({ imageSize, channels }: VisionConfig, images: ImageBatch): void {
  const fits = images.height === imageSize && images.width === imageSize;
  if (fits && (images.channels === channels || images.channels === 1)) return;
  throw modelErrors.imagesMismatched({
    got: `${images.height} × ${images.width} × ${images.channels}`,
    expected: `${imageSize} × ${imageSize} × ${channels}`,
  });
}
