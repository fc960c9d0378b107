import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { hidesKeys, seesKey, type AttentionShape } from './attention.js';
import type { TensorFlow } from './host-kernel.js';

export const attentionScale = (q: Tensor, { heads, scale }: AttentionShape): number =>
  scale ?? 1 / Math.sqrt(q.shape[1]! / heads);

/** `[batch, heads, queries, keys]`; 0 at keys that a query does not see. */
export function attentionProbabilities(
  tf: TensorFlow,
  q: Tensor,
  k: Tensor,
  shape: AttentionShape,
  bias?: Tensor,
): Tensor {
  const { heads, queries, keys } = shape;
  let scores: Tensor = againstKeys(tf, split(tf, q, shape, queries), splitKeys(tf, k, shape), shape);
  scores = tf.mul(scores, attentionScale(q, shape));
  if (bias !== undefined) scores = tf.add(scores, tf.reshape(bias, [1, heads, queries, keys]));
  if (!hidesKeys(shape)) return tf.softmax(scores);
  const seen = seenKeys(tf, shape);
  // Far below any score, and no infinity: where all are hidden, infinities would give NaN.
  const hidden = tf.mul(tf.sub(seen, 1), 1e9);
  return tf.mul(tf.softmax(tf.add(scores, hidden)), seen);
}

/** 1 where a query sees a key, else 0: `[batch or 1, 1, queries or 1, keys]`. */
function seenKeys(tf: TensorFlow, shape: AttentionShape): Tensor {
  const [batch, queries] = [shape.mask === undefined ? 1 : shape.batch, shape.causal === true ? shape.queries : 1];
  const { keys } = shape;
  const values = new Float32Array(batch * queries * keys);
  for (let i = 0; i < values.length; i += 1) {
    const [example, query] = [Math.floor(i / (queries * keys)), Math.floor(i / keys) % queries];
    values[i] = seesKey(shape, example, query, i % keys) ? 1 : 0;
  }
  return tf.tensor4d(values, [batch, 1, queries, keys]);
}

/** `[batch · rows, width]` to `[batch, heads, rows, width / heads]`. */
export function split(
  tf: TensorFlow,
  x: Tensor,
  { batch, heads }: Pick<AttentionShape, 'batch' | 'heads'>,
  rows: number,
): Tensor4D {
  return tf.transpose(tf.reshape(x, [batch, rows, heads, x.shape[1]! / heads]), [0, 2, 1, 3]) as Tensor4D;
}

/** The inverse of `split`. */
export function join(tf: TensorFlow, x: Tensor, { batch }: Pick<AttentionShape, 'batch'>, rows: number): Tensor {
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * rows, x.shape[1]! * x.shape[3]!]);
}

/** `split` and `join` for keys and values: `[batch, keyValueHeads, keys, size]`. */
export const splitKeys = (tf: TensorFlow, x: Tensor, shape: AttentionShape): Tensor4D =>
  split(tf, x, { batch: shape.batch, heads: shape.keyValueHeads ?? shape.heads }, shape.keys);

export const joinKeys = (tf: TensorFlow, x: Tensor, shape: AttentionShape): Tensor => join(tf, x, shape, shape.keys);

// Neighbouring heads of q that share a head of k and v lie one after another: their queries count as queries of one head, and nothing is repeated.

/** `[batch, heads, queries, n]` to `[batch, keyValueHeads, group · queries, n]`. */
const grouped = (
  tf: TensorFlow,
  x: Tensor,
  { batch, heads, keyValueHeads = heads, queries }: AttentionShape,
): Tensor =>
  keyValueHeads === heads ? x : tf.reshape(x, [batch, keyValueHeads, (heads / keyValueHeads) * queries, x.shape[3]!]);

const ungrouped = (tf: TensorFlow, x: Tensor, { batch, heads, queries }: AttentionShape): Tensor =>
  x.shape[1] === heads ? x : tf.reshape(x, [batch, heads, queries, x.shape[3]!]);

/** `[batch, heads, queries, size]` and keys to `[batch, heads, queries, keys]`. */
export const againstKeys = (tf: TensorFlow, x: Tensor, k: Tensor, shape: AttentionShape): Tensor =>
  ungrouped(tf, tf.matMul(grouped(tf, x, shape), k, false, true), shape);

/** `[batch, heads, queries, keys]` and values to `[batch, heads, queries, size]`. */
export const timesKeys = (tf: TensorFlow, p: Tensor, v: Tensor, shape: AttentionShape): Tensor =>
  ungrouped(tf, tf.matMul(grouped(tf, p, shape), v), shape);

/** The gradient at keys or values: `[batch, keyValueHeads, keys, size]`, summed over the heads that share them. */
export const ontoKeys = (tf: TensorFlow, p: Tensor, x: Tensor, shape: AttentionShape): Tensor =>
  tf.matMul(grouped(tf, p, shape), grouped(tf, x, shape), true, false);
