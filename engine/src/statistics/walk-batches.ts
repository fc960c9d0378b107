import { setImmediate } from 'node:timers/promises';
import { extractPatches, imageEncoder, type Calculus } from '../models/index.js';
import type { StatisticsPass } from './compute-statistics.js';

export interface StatisticsBatch {
  /** Position of its first example. */
  readonly begin: number;
  readonly count: number;
  /** The tower's embeddings of this batch; to be called within `tf.tidy`. */
  forward<V>(calculus: Calculus<V>): V;
}

/** Hands over the examples batch after batch, in order; hears an abort between two. */
export async function walkBatches(
  { tf, model, examples, signal, onProgress }: StatisticsPass,
  batchSize: number,
  visit: (batch: StatisticsBatch) => Promise<void>,
): Promise<void> {
  const { geometry, preprocessing, patchColumns, embed } = imageEncoder(model);
  for (let begin = 0; begin < examples.count; begin += batchSize) {
    // Backends compute synchronously: without this pause no abort would be heard until the end.
    await setImmediate();
    signal?.throwIfAborted();
    const count = Math.min(batchSize, examples.count - begin);
    const indices = Uint32Array.from({ length: count }, (_, i) => begin + i);
    const patches = extractPatches(geometry, examples, preprocessing, indices);
    await visit({
      begin,
      count,
      forward: (calculus) => {
        const rows = calculus.constant(tf.tensor2d(patches, [patches.length / patchColumns, patchColumns], 'float32'));
        return embed(calculus, rows, count);
      },
    });
    onProgress?.(begin + count, examples.count);
  }
}
