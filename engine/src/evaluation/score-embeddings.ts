import type { Split } from '../tasks/task.js';
import { evaluationErrors } from './errors.js';
import type { EvaluationResult } from './score.js';
import { wilsonInterval } from './wilson-interval.js';

/** A frozen classifier: logitScale · cos(embedding, class). */
export interface CosineHead {
  /** `[classes, projection]` */
  readonly weight: Float32Array;
  readonly classes: number;
  readonly projection: number;
  readonly logitScale: number;
}

/**
 * Scores embeddings `[n, projection]` against a head, in float64: predictions (of equal logits the first class), outcomes, accuracy, mean cross-entropy.
 * The result depends on the embeddings alone, not on batches or backend.
 */
export function scoreEmbeddings(
  embeddings: Float32Array,
  labels: Int32Array,
  head: CosineHead,
  split: Split,
): EvaluationResult {
  const { classes, projection, logitScale } = head;
  const n = labels.length;
  const rows = Array.from({ length: classes }, (_, c) => unitRow(head.weight, c, projection));
  const predictions = new Int32Array(n);
  const outcomes = new Uint8Array(n);
  const logits = new Float64Array(classes);
  let correct = 0;
  let loss = 0;
  for (let i = 0; i < n; i += 1) {
    const label = labels[i]!;
    if (label < 0 || label >= classes) throw evaluationErrors.labelInvalid({ example: i, got: label, classes });
    const x = unitRow(embeddings, i, projection);
    let best = 0;
    for (let c = 0; c < classes; c += 1) {
      const row = rows[c]!;
      let sum = 0;
      for (let d = 0; d < projection; d += 1) sum += x[d]! * row[d]!;
      logits[c] = sum * logitScale;
      if (logits[c]! > logits[best]!) best = c;
    }
    let total = 0;
    for (let c = 0; c < classes; c += 1) total += Math.exp(logits[c]! - logits[best]!);
    loss += logits[best]! + Math.log(total) - logits[label]!;
    predictions[i] = best;
    outcomes[i] = best === label ? 1 : 0;
    correct += outcomes[i]!;
  }
  const interval = wilsonInterval(correct, n);
  return { split, n, correct, accuracy: correct / n, interval, loss: loss / n, predictions, outcomes };
}

function unitRow(values: Float32Array, row: number, width: number): Float64Array {
  const unit = Float64Array.from(values.subarray(row * width, (row + 1) * width));
  let squares = 0;
  for (const x of unit) squares += x * x;
  const length = Math.sqrt(squares);
  return length > 0 ? unit.map((x) => x / length) : unit;
}
