import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { createEvaluator, foldUpdates, ModelWeights, type Calculus } from '../models/index.js';
import type { StatisticsPass } from './compute-statistics.js';
import type { ModuleStatistics } from './statistics.js';
import { walkBatches } from './walk-batches.js';

const BATCH_SIZE = 64;

/** XᵀX of one input, which several modules may share: queries, keys and values of one layer. */
interface Product {
  readonly gram: Tensor;
  readonly rows: number;
  readonly modules: string[];
}

/**
 * Mean of x xᵀ over the rows that each module is given, `[in, in]`, symmetric to the bit: products of a batch in float32, sums in float64. In the last
 * layer, queries, output and MLP are given the class token of each image and no other row, as in the forward pass itself.
 */
export async function* computeGram(pass: StatisticsPass): AsyncGenerator<ModuleStatistics> {
  const { tf, model, updates, modules, batchSize = BATCH_SIZE } = pass;
  const wanted = new Set(modules.map(({ name }) => name));
  const sums = new Map(modules.map(({ name, rows, columns }) => [name, new Float64Array(rows * columns)]));
  const counts = new Map<string, number>();
  const base = new ModelWeights(tf, model.parameters);
  const folded = foldUpdates(tf, base, updates);
  try {
    const evaluator = createEvaluator(tf, folded);
    await walkBatches(pass, batchSize, async ({ forward }) => {
      const products = new Map<number, Product>();
      const calculus: Calculus<Tensor> = {
        ...evaluator,
        linear(name, x) {
          if (wanted.has(name)) {
            const known = products.get(x.id);
            if (known) known.modules.push(name);
            else products.set(x.id, { gram: tf.keep(square(x)), rows: x.shape[0]!, modules: [name] });
          }
          return evaluator.linear(name, x);
        },
      };
      try {
        tf.tidy(() => void forward(calculus));
        for (const { gram, rows, modules: names } of products.values()) {
          const values = await gram.data<'float32'>();
          for (const name of names) {
            const sum = sums.get(name)!;
            for (let i = 0; i < sum.length; i += 1) sum[i]! += values[i]!;
            counts.set(name, (counts.get(name) ?? 0) + rows);
          }
        }
      } finally {
        for (const { gram } of products.values()) gram.dispose();
      }
    });
  } finally {
    folded.dispose();
    base.dispose();
  }
  // A transposed copy first: WASM multiplies by a transposed matrix ten times slower.
  function square(x: Tensor): Tensor {
    return tf.tidy(() => tf.matMul(tf.transpose(x) as Tensor2D, x as Tensor2D));
  }
  for (const info of modules) {
    yield { info, values: symmetricMean(sums.get(info.name)!, info.columns, counts.get(info.name)!) };
    sums.delete(info.name);
  }
}

function symmetricMean(sum: Float64Array, width: number, count: number): Float32Array {
  const mean = new Float32Array(sum.length);
  for (let i = 0; i < width; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const value = (sum[i * width + j]! + sum[j * width + i]!) / (2 * count);
      mean[i * width + j] = value;
      mean[j * width + i] = value;
    }
  }
  return mean;
}
