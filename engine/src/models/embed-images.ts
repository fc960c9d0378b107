import { setImmediate } from 'node:timers/promises';
import type { LowRankTerms } from './calculus/calculus.js';
import { createEvaluator } from './calculus/evaluator.js';
import type { WeightSource } from './calculus/model-weights.js';
import { extractPatches, type ImageBatch, type Preprocessing } from './extract-patches.js';
import type { TensorFlow } from './operations/host-kernel.js';
import type { VisionConfig } from './vision-config.js';
import { visionTower } from './vision-tower.js';

export interface EmbedImagesOptions {
  readonly tf: TensorFlow;
  readonly config: VisionConfig;
  readonly weights: WeightSource;
  readonly preprocessing: Preprocessing;
  readonly images: ImageBatch;
  /** How many images go through the tower at once; has no influence on the result beyond float32 rounding. */
  readonly batchSize?: number;
  readonly terms?: LowRankTerms;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Large enough for full matrix products, small enough that a batch's activations stay near the processor. */
const BATCH_SIZE = 64;

/** `image_embeds` of every image, `[count, projection]`, not normalized. */
export async function embedImages(options: EmbedImagesOptions): Promise<Float32Array> {
  const { tf, config, weights, preprocessing, images, batchSize = BATCH_SIZE, terms, signal, onProgress } = options;
  const out = new Float32Array(images.count * config.projectionSize);
  const calculus = createEvaluator(tf, weights, terms);
  const width = config.channels * config.patchSize ** 2;
  for (let begin = 0; begin < images.count; begin += batchSize) {
    // Backends compute synchronously: without this pause no abort would be heard until the end.
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(batchSize, images.count - begin);
    const indices = Uint32Array.from({ length: count }, (_, i) => begin + i);
    const rows = extractPatches(config, images, preprocessing, indices);
    const embeddings = tf.tidy(() =>
      visionTower(config, calculus, tf.tensor2d(rows, [rows.length / width, width], 'float32'), count),
    );
    out.set(await embeddings.data<'float32'>(), begin * config.projectionSize);
    embeddings.dispose();
    onProgress?.(begin + count, images.count);
  }
  return out;
}
