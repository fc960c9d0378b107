import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import {
  cosineLoss,
  createTape,
  embedImages,
  foldUpdates,
  ModelWeights,
  type TensorFlow,
  type WeightSource,
} from '../models/index.js';
import type { StatisticsPass } from './compute-statistics.js';
import { drawLabels } from './draw-labels.js';
import type { ModuleStatistics } from './statistics.js';
import { walkBatches } from './walk-batches.js';

/** `MODEL`: drawn once per example from the model's own predictions. `DATA`: those of the examples. */
export type FisherLabels = 'MODEL' | 'DATA';

const BATCH_SIZE = 64;
/** Entries of the per-example gradients of one module that are held at once: 64 MiB in float32. */
const GRADIENT_ENTRIES = 2 ** 24;

/**
 * Mean over examples of (∂ log p(y) / ∂ΔW)², `[out, in]`: the diagonal of the Fisher information of each module's update, with one y per example (Matena and
 * Raffel, section 3). One backward pass serves a whole batch, for no operation mixes examples: an example's gradient is the sum of dy xᵀ over its own rows.
 */
export async function* computeFisher(pass: StatisticsPass): AsyncGenerator<ModuleStatistics> {
  const { tf, model, updates, modules, examples, head } = pass;
  const sums = new Map(modules.map(({ name, rows, columns }) => [name, new Float64Array(rows * columns)]));
  const largest = Math.max(...modules.map(({ rows, columns }) => rows * columns));
  const batchSize = Math.min(pass.batchSize ?? BATCH_SIZE, Math.max(1, Math.floor(GRADIENT_ENTRIES / largest)));
  const base = new ModelWeights(tf, model.parameters);
  const folded = foldUpdates(tf, base, updates);
  try {
    const labels = await labelsOf(pass, folded);
    await walkBatches(pass, batchSize, async ({ begin, count, forward }) => {
      const squares: Record<string, Tensor> = tf.tidy(() => {
        const found: Record<string, Tensor> = {};
        const tape = createTape(tf, folded, {
          observer: {
            wants: (name) => sums.has(name),
            observe: (name, x, gradient) => (found[name] = sumOfSquares(tf, x, gradient, count)),
          },
        });
        const embeddings = forward(tape);
        const { gradientOfEmbeddings } = cosineLoss(tf, {
          embeddings: embeddings.value,
          weight: tf.tensor2d(head.weight.slice(), [head.classes, head.projection], 'float32'),
          logitScale: head.logitScale,
          labels: labels.subarray(begin, begin + count),
        });
        // The loss is a mean over the batch: its gradient is a `count`-th of each example's own.
        tape.backward(embeddings, tf.mul(gradientOfEmbeddings, count));
        return found;
      });
      for (const [name, tensor] of Object.entries(squares)) {
        const values = await tensor.data<'float32'>();
        tensor.dispose();
        const sum = sums.get(name)!;
        for (let i = 0; i < sum.length; i += 1) sum[i]! += values[i]!;
      }
    });
  } finally {
    folded.dispose();
    base.dispose();
  }
  for (const info of modules) {
    yield { info, values: Float32Array.from(sums.get(info.name)!, (sum) => sum / examples.count) };
    sums.delete(info.name);
  }
}

async function labelsOf(pass: StatisticsPass, weights: WeightSource): Promise<Int32Array> {
  const { tf, model, examples, head, labels = 'MODEL', seed = 0, signal } = pass;
  if (labels === 'DATA') return examples.labels;
  const { config, preprocessing } = model;
  const embeddings = await embedImages({ tf, config, preprocessing, weights, images: examples, signal });
  return drawLabels(embeddings, head, seed);
}

/** Σ over examples of (Σ over its rows of dy xᵀ)², `[out, in]`. */
function sumOfSquares(tf: TensorFlow, x: Tensor, dy: Tensor, count: number): Tensor {
  const [rows, inFeatures] = x.shape as [number, number];
  const outFeatures = dy.shape[1]!;
  return tf.tidy(() => {
    // With one row per example (dy xᵀ)² = dy² (x²)ᵀ, and the sum is one product.
    if (rows === count) {
      return tf.matMul(tf.transpose(tf.square(dy)) as Tensor2D, tf.square(x) as Tensor2D);
    }
    const perExample = tf.matMul(
      tf.transpose(tf.reshape(dy, [count, rows / count, outFeatures]), [0, 2, 1]) as Tensor3D,
      tf.reshape(x, [count, rows / count, inFeatures]) as Tensor3D,
    );
    return tf.sum(tf.square(perExample), 0);
  });
}
