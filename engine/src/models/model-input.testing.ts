import type { Tensor } from '@tensorflow/tfjs-core';
import { createKeyedRandom } from '../random/index.js';
import type { TensorFlow } from './operations/host-kernel.js';
import { patchesPerSide, type Architecture, type ModelInput, type TokenBatch } from './index.js';

/** Random examples of everything that a model reads; texts are padded where there is a mask. The patches belong to the surrounding `tf.tidy`. */
export function randomInputs(
  tf: TensorFlow,
  model: Architecture,
  seed: number,
  batch = 2,
): readonly ModelInput<Tensor>[] {
  const { imageGeometry, textGeometry, inputs } = model;
  const found: ModelInput<Tensor>[] = [];
  if (imageGeometry !== undefined) {
    const rows = batch * patchesPerSide(imageGeometry) ** 2;
    const width = imageGeometry.channels * imageGeometry.patchSize ** 2;
    const patches = tf.tensor2d(createKeyedRandom(seed).normal(['patches'], rows * width), [rows, width]);
    found.push({ images: { batch, patches } });
  }
  if (textGeometry !== undefined) {
    const text = randomTokens(seed, textGeometry.vocabulary, batch, 5);
    found.push(
      inputs.includes('decoder')
        ? { text, decoder: randomTokens(seed + 1, textGeometry.vocabulary, batch, 3) }
        : { text },
    );
  }
  return found;
}

function randomTokens(seed: number, vocabulary: number, batch: number, tokens: number): TokenBatch {
  const ids = Int32Array.from(createKeyedRandom(seed).integers(['ids'], batch * tokens, vocabulary));
  // The last token of the last example is padding.
  return { batch, tokens, ids, mask: Uint8Array.from(ids, (_, i) => (i === ids.length - 1 ? 0 : 1)) };
}

/** The same input for another interpretation. */
export function wrapPatches<V>({ images, ...rest }: ModelInput<Tensor>, wrap: (patches: Tensor) => V): ModelInput<V> {
  return images === undefined ? rest : { ...rest, images: { ...images, patches: wrap(images.patches) } };
}
