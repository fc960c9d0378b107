import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../models/index.js';
import type { ProblemLoss } from './learning-problem.js';

/** Mean cross-entropy of the softmax of logits `[rows, classes]` with a distribution for each row, and its gradient (p − t) / rows. */
export function crossEntropy(tf: TensorFlow, logits: Tensor, targets: Tensor): ProblemLoss {
  const rows = logits.shape[0]!;
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const logProbabilities = tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), 1, true)));
  return {
    loss: tf.neg(tf.div(tf.sum(tf.mul(targets, logProbabilities)), rows)),
    gradient: tf.div(tf.sub(tf.exp(logProbabilities), targets), rows),
  };
}

/** The same with one class for each row. */
export function labelCrossEntropy(tf: TensorFlow, logits: Tensor, labels: Int32Array): ProblemLoss {
  const classes = logits.shape[1]!;
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, row) => (targets[row * classes + label] = 1));
  return crossEntropy(tf, logits, tf.tensor2d(targets, [labels.length, classes], 'float32'));
}

export interface RowScore {
  /** Summed over the rows, in nats. */
  readonly loss: number;
  /** By row, whether its class has the greatest logit (of equal ones the first). */
  readonly correct: readonly boolean[];
}

/** Loss and hits of logits `[rows, classes]`, in float64. */
export function scoreRows(logits: Float32Array, labels: Int32Array): RowScore {
  const classes = logits.length / labels.length;
  let loss = 0;
  const correct = Array.from(labels, (label, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    let best = 0;
    for (let c = 1; c < classes; c += 1) if (own[c]! > own[best]!) best = c;
    let total = 0;
    for (let c = 0; c < classes; c += 1) total += Math.exp(own[c]! - own[best]!);
    loss += own[best]! + Math.log(total) - own[label]!;
    return best === label;
  });
  return { loss, correct };
}
