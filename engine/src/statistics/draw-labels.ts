import type { CosineHead } from '../evaluation/index.js';
import { createKeyedRandom } from '../random/index.js';

/** One label per example, drawn from softmax(logitScale · cos(embedding, class)), in float64. Depends on embedding, seed and position alone. */
export function drawLabels(embeddings: Float32Array, head: CosineHead, seed: number): Int32Array {
  const { classes, projection, logitScale, weight } = head;
  const count = embeddings.length / projection;
  const draws = createKeyedRandom(seed).uniform(['fisher-labels'], count);
  const lengths = Float64Array.from({ length: classes }, (_, c) => lengthOf(weight, c, projection));
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i += 1) {
    const length = lengthOf(embeddings, i, projection);
    const logits = Float64Array.from({ length: classes }, (_, c) => {
      let sum = 0;
      for (let d = 0; d < projection; d += 1) sum += embeddings[i * projection + d]! * weight[c * projection + d]!;
      return (logitScale * sum) / (length * lengths[c]! || 1);
    });
    const greatest = Math.max(...logits);
    const shares = logits.map((logit) => Math.exp(logit - greatest));
    let left = draws[i]! * shares.reduce((sum, share) => sum + share, 0);
    let label = 0;
    while (label < classes - 1 && left >= shares[label]!) {
      left -= shares[label]!;
      label += 1;
    }
    labels[i] = label;
  }
  return labels;
}

function lengthOf(values: Float32Array, row: number, width: number): number {
  let squares = 0;
  for (let i = row * width; i < (row + 1) * width; i += 1) squares += values[i]! ** 2;
  return Math.sqrt(squares);
}
