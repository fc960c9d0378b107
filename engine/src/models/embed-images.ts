import { setImmediate } from 'node:timers/promises';
import type { LowRankTerms } from './calculus/calculus.js';
import { createEvaluator } from './calculus/evaluator.js';
import type { WeightSource } from './calculus/model-weights.js';
import type { TangentEvaluator } from './calculus/tangent-evaluator.js';
import { extractPatches, type ImageBatch } from './extract-patches.js';
import { imageEncoder, type ImageModel } from './image-model.js';
import type { TensorFlow } from './operations/host-kernel.js';

export interface EmbedImagesOptions {
  readonly tf: TensorFlow;
  readonly model: ImageModel;
  readonly weights: WeightSource;
  readonly images: ImageBatch;
  /** How many images go through the tower at once; has no influence on the result beyond float32 rounding. */
  readonly batchSize?: number;
  readonly terms?: LowRankTerms;
  /** The network's tangent in place of the network: an adapter of a network-wide linearized mode. */
  readonly tangent?: TangentEvaluator | undefined;
  /** `logits` of a model with a classifier of its own; `embedding` unless told. */
  readonly output?: 'embedding' | 'logits';
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Large enough for full matrix products, small enough that a batch's activations stay near the processor. */
const BATCH_SIZE = 64;

/** An embedding of every image, `[count, projection]`, not normalized. */
export async function embedImages(options: EmbedImagesOptions): Promise<Float32Array> {
  const { tf, model, weights, images, batchSize = BATCH_SIZE, terms, tangent, output } = options;
  const { signal, onProgress } = options;
  const { geometry, preprocessing, projectionSize, patchColumns, embed } = imageEncoder(model, output);
  const out = new Float32Array(images.count * projectionSize);
  const calculus = createEvaluator(tf, weights, terms);
  for (let begin = 0; begin < images.count; begin += batchSize) {
    // Backends compute synchronously: without this pause no abort would be heard until the end.
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(batchSize, images.count - begin);
    const indices = Uint32Array.from({ length: count }, (_, i) => begin + i);
    const rows = extractPatches(geometry, images, preprocessing, indices);
    const embeddings = tf.tidy(() => {
      const patches = tf.tensor2d(rows, [rows.length / patchColumns, patchColumns], 'float32');
      return tangent?.evaluate((dual) => embed(dual, dual.constant(patches), count)) ?? embed(calculus, patches, count);
    });
    out.set(await embeddings.data<'float32'>(), begin * projectionSize);
    embeddings.dispose();
    onProgress?.(begin + count, images.count);
  }
  return out;
}
