import { setImmediate } from 'node:timers/promises';
import {
  extractPatches,
  visionTower,
  type ImageBatch,
  type TangentEvaluator,
  type TensorFlow,
  type VisionModel,
} from '../models/index.js';

export interface EmbedTangentOptions {
  readonly tf: TensorFlow;
  readonly model: VisionModel;
  readonly tangent: TangentEvaluator;
  readonly images: ImageBatch;
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BATCH_SIZE = 64;

/** `embedImages` of the tangent: `image_embeds` and their derivative along the direction, added up. `[count, projection]`, not normalized. */
export async function embedTangent(options: EmbedTangentOptions): Promise<Float32Array> {
  const { tf, model, tangent, images, batchSize = BATCH_SIZE, signal, onProgress } = options;
  const { config, preprocessing } = model;
  const out = new Float32Array(images.count * config.projectionSize);
  const width = config.channels * config.patchSize ** 2;
  for (let begin = 0; begin < images.count; begin += batchSize) {
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(batchSize, images.count - begin);
    const rows = extractPatches(
      config,
      images,
      preprocessing,
      Uint32Array.from({ length: count }, (_, i) => begin + i),
    );
    const embeddings = tf.tidy(() =>
      tangent.evaluate((calculus) => {
        const patches = calculus.constant(tf.tensor2d(rows, [rows.length / width, width], 'float32'));
        return visionTower(config, calculus, patches, count);
      }),
    );
    out.set(await embeddings.data<'float32'>(), begin * config.projectionSize);
    embeddings.dispose();
    onProgress?.(begin + count, images.count);
  }
  return out;
}
