import type { CosineHead } from './score-embeddings.js';

/**
 * Mean entropy in nats of softmax(logitScale · cos(embedding, class)) over embeddings `[n, projection]`, in float64: between 0 and ln(classes). Looks at no
 * label.
 */
export function meanEntropy(embeddings: Float32Array, head: CosineHead): number {
  const { classes, projection, logitScale, weight } = head;
  const n = embeddings.length / projection;
  const lengths = Float64Array.from({ length: classes }, (_, c) => lengthOf(weight, c, projection));
  const logits = new Float64Array(classes);
  let sum = 0;
  for (let i = 0; i < n; i += 1) {
    const length = lengthOf(embeddings, i, projection);
    let greatest = -Infinity;
    for (let c = 0; c < classes; c += 1) {
      let dot = 0;
      for (let d = 0; d < projection; d += 1) dot += embeddings[i * projection + d]! * weight[c * projection + d]!;
      logits[c] = (logitScale * dot) / (length * lengths[c]! || 1);
      greatest = Math.max(greatest, logits[c]!);
    }
    let total = 0;
    let weighted = 0;
    for (const logit of logits) {
      const share = Math.exp(logit - greatest);
      total += share;
      weighted += share * (logit - greatest);
    }
    // H = ln Σeᶻ − Σ p z: never a product of a vanishing p with an infinite ln p.
    sum += Math.log(total) - weighted / total;
  }
  return sum / n;
}

function lengthOf(values: Float32Array, row: number, width: number): number {
  let squares = 0;
  for (let i = row * width; i < (row + 1) * width; i += 1) squares += values[i]! ** 2;
  return Math.sqrt(squares);
}
