import { setImmediate } from 'node:timers/promises';
import {
  extractPatches,
  imageEncoder,
  type ImageBatch,
  type ImageModel,
  type TangentEvaluator,
  type TensorFlow,
} from '../models/index.js';

export interface EmbedTangentOptions {
  readonly tf: TensorFlow;
  readonly model: ImageModel;
  readonly tangent: TangentEvaluator;
  readonly images: ImageBatch;
  readonly batchSize?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const BATCH_SIZE = 64;

/** `embedImages` of the tangent: embeddings and their derivative along the direction, added up. `[count, projection]`, not normalized. */
export async function embedTangent(options: EmbedTangentOptions): Promise<Float32Array> {
  const { tf, model, tangent, images, batchSize = BATCH_SIZE, signal, onProgress } = options;
  const { geometry, preprocessing, projectionSize, patchColumns, embed } = imageEncoder(model);
  const out = new Float32Array(images.count * projectionSize);
  for (let begin = 0; begin < images.count; begin += batchSize) {
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(batchSize, images.count - begin);
    const rows = extractPatches(
      geometry,
      images,
      preprocessing,
      Uint32Array.from({ length: count }, (_, i) => begin + i),
    );
    const embeddings = tf.tidy(() =>
      tangent.evaluate((calculus) => {
        const patches = calculus.constant(tf.tensor2d(rows, [rows.length / patchColumns, patchColumns], 'float32'));
        return embed(calculus, patches, count);
      }),
    );
    out.set(await embeddings.data<'float32'>(), begin * projectionSize);
    embeddings.dispose();
    onProgress?.(begin + count, images.count);
  }
  return out;
}
