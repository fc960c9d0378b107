import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../operations/host-kernel.js';

/** x W + b in one kernel, with W `[in, out]` and b `[out]`. */
export function multiplyAdd(tf: TensorFlow, x: Tensor, w: Tensor, bias: Tensor | undefined): Tensor {
  if (bias === undefined) return tf.matMul(x as Tensor2D, w as Tensor2D);
  return tf.fused.matMul({ a: x as Tensor2D, b: w as Tensor2D, bias });
}

export function embedTokens(
  tf: TensorFlow,
  patches: Tensor,
  classToken: Tensor,
  positions: Tensor,
  batch: number,
): Tensor {
  const [tokens, width] = positions.shape as [number, number];
  const images = tf.reshape(patches, [batch, (tokens - 1) * width]);
  const first = tf.tile(tf.reshape(classToken, [1, width]), [batch, 1]);
  const all = tf.add(tf.concat([first, images], 1), tf.reshape(positions, [1, tokens * width]));
  return tf.reshape(all, [batch * tokens, width]);
}

export function firstRows(tf: TensorFlow, x: Tensor, batch: number, tokens: number): Tensor {
  const width = x.shape[1]!;
  return tf.slice(tf.reshape(x, [batch, tokens * width]), [0, 0], [batch, width]);
}

/** `count` columns from column `begin`. */
export const pickColumns = (tf: TensorFlow, x: Tensor, begin: number, count: number): Tensor =>
  tf.slice(x as Tensor2D, [0, begin], [x.shape[0]!, count]);

/** The adjoint of `pickColumns`: zeros around. */
export function placeColumns(tf: TensorFlow, dy: Tensor, begin: number, width: number): Tensor {
  return tf.pad(dy as Tensor2D, [
    [0, 0],
    [begin, width - begin - dy.shape[1]!],
  ]);
}
