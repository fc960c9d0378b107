import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './host-kernel.js';

// Linear maps of rows, each beside its adjoint.

/** Weights that make a mean over the tokens of each example that count: `[batch, 1, tokens]`. */
export function meanWeights(tf: TensorFlow, mask: Uint8Array, batch: number, tokens: number): Tensor {
  const weights = new Float32Array(batch * tokens);
  for (let at = 0; at < weights.length; at += tokens) {
    let count = 0;
    for (let t = at; t < at + tokens; t += 1) count += mask[t] === 0 ? 0 : 1;
    for (let t = at; t < at + tokens; t += 1) weights[t] = mask[t] === 0 ? 0 : 1 / count;
  }
  return tf.tensor3d(weights, [batch, 1, tokens]);
}

/** `[batch · tokens, width]` to `[batch, width]`. */
export function weightRows(tf: TensorFlow, x: Tensor, weights: Tensor): Tensor {
  const [batch, , tokens] = weights.shape as [number, number, number];
  const width = x.shape[1]!;
  return tf.reshape(tf.matMul(weights, tf.reshape(x, [batch, tokens, width])), [batch, width]);
}

/** The adjoint of `weightRows`. */
export function unweightRows(tf: TensorFlow, dy: Tensor, weights: Tensor): Tensor {
  const [batch, , tokens] = weights.shape as [number, number, number];
  const width = dy.shape[1]!;
  return tf.reshape(tf.matMul(weights, tf.reshape(dy, [batch, 1, width]), true, false), [batch * tokens, width]);
}

/** `[queries · keys, heads]`, as rows are picked from the table of buckets, to `[heads · queries, keys]`. */
export const headsFirst = (tf: TensorFlow, x: Tensor, queries: number, keys: number): Tensor =>
  tf.reshape(tf.transpose(x as Tensor2D), [x.shape[1]! * queries, keys]);

/** The inverse of `headsFirst`. */
export const headsLast = (tf: TensorFlow, x: Tensor, queries: number, keys: number): Tensor =>
  tf.transpose(tf.reshape(x, [x.size / (queries * keys), queries * keys]));
