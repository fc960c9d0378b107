import type { Calculus } from './calculus/calculus.js';
import { at, matrix, sum, type Matrix64 } from './calculus/calculus64.testing.js';
import type { LowRankUpdates } from './calculus/fold-updates.js';
import { extractPatches, type ImageBatch } from './extract-patches.js';
import { initializeVisionModel } from './initialize-vision-model.js';
import type { VisionModel } from './load-vision-model.js';
import { RAW_PREPROCESSING } from './extract-patches.js';
import { createKeyedRandom } from '../random/index.js';
import type { VisionConfig } from './vision-config.js';
import { visionTower } from './vision-tower.js';

export { calculus64, deltas64, type Deltas64, type Matrix64 } from './calculus/calculus64.testing.js';

/** Embeddings `[count, projection]`. */
export function embed64(model: VisionModel, images: ImageBatch, calculus: Calculus<Matrix64>): Matrix64 {
  const { config, preprocessing } = model;
  const columns = config.channels * config.patchSize ** 2;
  const data = Float64Array.from(extractPatches(config, images, preprocessing));
  return visionTower(config, calculus, { rows: data.length / columns, columns, data }, images.count);
}

/** ln softmax(logitScale · cos(embedding, class)), `[count, classes]`. */
export function logProbabilities64(
  embeddings: Matrix64,
  head: { readonly weight: Float32Array; readonly classes: number; readonly logitScale: number },
): Matrix64 {
  const { rows, columns } = embeddings;
  const length = (values: ArrayLike<number>, row: number): number =>
    Math.sqrt(sum(columns, (d) => values[row * columns + d]! ** 2));
  const logits = matrix(rows, head.classes, (i, c) => {
    const dot = sum(columns, (d) => at(embeddings, i, d) * head.weight[c * columns + d]!);
    return (head.logitScale * dot) / (length(embeddings.data, i) * length(head.weight, c));
  });
  return matrix(rows, head.classes, (i, c) => {
    const total = sum(head.classes, (k) => Math.exp(at(logits, i, k)));
    return at(logits, i, c) - Math.log(total);
  });
}

/** A tower small enough for differences of every weight, large enough that attention, norms and biases matter. */
export function tinyVisionModel(seed = 3): VisionModel {
  const config: VisionConfig = {
    hiddenSize: 8,
    intermediateSize: 12,
    layers: 2,
    heads: 2,
    imageSize: 6,
    patchSize: 3,
    channels: 1,
    projectionSize: 6,
    activation: 'quick_gelu',
    layerNormEpsilon: 1e-5,
  };
  const random = createKeyedRandom(seed);
  const parameters = [...initializeVisionModel(config, seed)].map(([name, { shape, values }]) => {
    const noise = random.normal(['noise', name], values.length);
    return [name, { shape, values: values.map((x, i) => x + 0.3 * noise[i]!) }] as const;
  });
  return { config, parameters: new Map(parameters), preprocessing: RAW_PREPROCESSING };
}

export function randomImages(
  seed: number,
  count: number,
): ImageBatch & { readonly labels: Int32Array; readonly pixels: Uint8Array } {
  const random = createKeyedRandom(seed);
  const pixels = Uint8Array.from(random.integers(['pixels'], count * 36, 256));
  const labels = Int32Array.from(random.integers(['labels'], count, 4));
  return { count, height: 6, width: 6, channels: 1, pixels, labels };
}

export function randomHead(seed: number, classes = 4, projection = 6) {
  const weight = createKeyedRandom(seed).normal(['head'], classes * projection);
  for (let row = 0; row < classes; row += 1) {
    const length = Math.sqrt(sum(projection, (d) => weight[row * projection + d]! ** 2));
    for (let d = 0; d < projection; d += 1) weight[row * projection + d]! /= length;
  }
  return { weight, classes, projection, logitScale: 6 };
}

export function randomUpdates(
  seed: number,
  modules: readonly { readonly name: string; readonly out: number; readonly in: number }[],
  rank = 2,
): LowRankUpdates {
  const random = createKeyedRandom(seed);
  return new Map(
    modules.map(({ name, out, in: inputs }) => [
      name,
      {
        a: random.normal([name, 'A'], rank * inputs).map((x) => 0.4 * x),
        b: random.normal([name, 'B'], out * rank).map((x) => 0.4 * x),
        rank,
        scale: 1.5,
      },
    ]),
  );
}
