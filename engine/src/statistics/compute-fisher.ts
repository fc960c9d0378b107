import type { Tensor } from '@tensorflow/tfjs-core';
import { cosineLoss, createTape, embedImages, foldUpdates, ModelWeights, type WeightSource } from '../models/index.js';
import { addSquaredGradients } from './add-squared-gradients.js';
import type { StatisticsPass } from './compute-statistics.js';
import { drawLabels } from './draw-labels.js';
import type { ModuleStatistics } from './statistics.js';
import { walkBatches } from './walk-batches.js';

/** `MODEL`: drawn once per example from the model's own predictions. `DATA`: those of the examples. */
export type FisherLabels = 'MODEL' | 'DATA';

const BATCH_SIZE = 64;

/**
 * Mean over examples of (∂ log p(y) / ∂ΔW)², `[out, in]`: the diagonal of the Fisher information of each module's update, with one y per example (Matena and
 * Raffel, section 3). One backward pass serves a whole batch, for no operation mixes examples: an example's gradient is the sum of dy xᵀ over its own rows.
 */
export async function* computeFisher(pass: StatisticsPass): AsyncGenerator<ModuleStatistics> {
  const { tf, model, updates, modules, examples, head, batchSize = BATCH_SIZE } = pass;
  const sums = new Map(modules.map(({ name, rows, columns }) => [name, new Float64Array(rows * columns)]));
  const base = new ModelWeights(tf, model.parameters);
  const folded = foldUpdates(tf, base, updates);
  try {
    const labels = await labelsOf(pass, folded);
    await walkBatches(pass, batchSize, async ({ begin, count, forward }) => {
      const traces: Record<string, Tensor> = tf.tidy(() => {
        const found: Record<string, Tensor> = {};
        const tape = createTape(tf, folded, {
          observer: {
            wants: (name) => sums.has(name),
            observe(name, x, gradient) {
              found[`x/${name}`] = x.clone();
              found[`dy/${name}`] = gradient.clone();
            },
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
      try {
        for (const { name, rows: outFeatures, columns: inFeatures } of modules) {
          const [x, dy] = [traces[`x/${name}`], traces[`dy/${name}`]];
          // A module that nothing reads has no gradient.
          if (x === undefined || dy === undefined) continue;
          const read = { x: await x.data<'float32'>(), dy: await dy.data<'float32'>() };
          addSquaredGradients(sums.get(name)!, { ...read, examples: count, inFeatures, outFeatures });
        }
      } finally {
        tf.dispose(traces);
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
  const embeddings = await embedImages({ tf, model, weights, images: examples, signal });
  return drawLabels(embeddings, head, seed);
}
