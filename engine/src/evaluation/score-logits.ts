import { evaluationErrors } from './errors.js';

export interface ScoredLogits {
  /** Of equal logits the first class. */
  readonly predictions: Int32Array;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
}

/**
 * What logits `[n, classes]` of a model's own classifier say about labels, in float64.
 *
 * @throws evaluationErrors.labelInvalid where a label is no class of the model's
 */
export function scoreLogits(logits: Float32Array, labels: Int32Array, classes: number): ScoredLogits {
  const predictions = new Int32Array(labels.length);
  let loss = 0;
  labels.forEach((label, example) => {
    if (label < 0 || label >= classes) throw evaluationErrors.labelInvalid({ example, got: label, classes });
    const row = logits.subarray(example * classes, (example + 1) * classes);
    const greatest = row.reduce((most, x) => Math.max(most, x), -Infinity);
    predictions[example] = row.indexOf(greatest);
    let total = 0;
    for (const x of row) total += Math.exp(x - greatest);
    loss += greatest + Math.log(total) - row[label]!;
  });
  return { predictions, loss: loss / labels.length };
}
