import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { QUICK_GELU_SLOPE, type Activation } from './activation.js';
import type { AttentionShape } from './attention.js';
import type { FusedOperations } from './operations.js';
import type { TensorFlow } from './host-kernel.js';

/** The same operations out of tfjs's own: for GPUs, and the reference that the typed-array kernels are tested against. */
export function composedOperations(tf: TensorFlow): FusedOperations {
  const normalize = (x: Tensor, epsilon: number) => {
    const { mean, variance } = tf.moments(x, 1, true);
    const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
    return { normal: tf.mul(tf.sub(x, mean), reciprocal), reciprocal };
  };
  return {
    layerNorm: (x, gamma, beta, epsilon) => tf.add(tf.mul(normalize(x, epsilon).normal, gamma), beta),
    layerNormGradient(x, gamma, dy, epsilon) {
      const { normal, reciprocal } = normalize(x, epsilon);
      const g = tf.mul(dy, gamma);
      const centred = tf.sub(tf.sub(g, tf.mean(g, 1, true)), tf.mul(normal, tf.mean(tf.mul(g, normal), 1, true)));
      return { dx: tf.mul(centred, reciprocal), dGamma: tf.sum(tf.mul(dy, normal), 0), dBeta: tf.sum(dy, 0) };
    },
    activate(kind, u) {
      const gate = gateOf(tf, kind, u);
      return { y: tf.mul(u, gate), gate };
    },
    activationGradient: (kind, u, gate, dy) => tf.mul(dy, activationSlope(tf, kind, u, gate)),
    attention(q, k, v, shape) {
      const { queries, keys } = shape;
      const scores = tf.matMul(split(tf, q, shape, queries), split(tf, k, shape, keys), false, true);
      const probabilities = tf.softmax(tf.mul(scores, attentionScale(q, shape)));
      return {
        out: join(tf, tf.matMul(probabilities, split(tf, v, shape, keys)), shape, queries),
        probabilities: tf.reshape(probabilities, [-1, keys]),
      };
    },
    attentionGradient(q, k, v, probabilities, dOut, shape) {
      const { batch, heads, queries, keys } = shape;
      const p = tf.reshape(probabilities, [batch, heads, queries, keys]);
      const d = split(tf, dOut, shape, queries);
      const dp = tf.matMul(d, split(tf, v, shape, keys), false, true);
      const ds = tf.mul(tf.mul(p, tf.sub(dp, tf.sum(tf.mul(dp, p), 3, true))), attentionScale(q, shape));
      return {
        dq: join(tf, tf.matMul(ds, split(tf, k, shape, keys)), shape, queries),
        dk: join(tf, tf.matMul(ds, split(tf, q, shape, queries), true, false), shape, keys),
        dv: join(tf, tf.matMul(p, d, true, false), shape, keys),
      };
    },
    columnSums: (x) => tf.sum(x, 0),
  };
}

export function gateOf(tf: TensorFlow, kind: Activation, u: Tensor): Tensor {
  if (kind === 'quick_gelu') return tf.sigmoid(tf.mul(u, QUICK_GELU_SLOPE));
  return tf.mul(tf.add(tf.erf(tf.mul(u, Math.SQRT1_2)), 1), 0.5);
}

/** d(u · gate) / du. */
export function activationSlope(tf: TensorFlow, kind: Activation, u: Tensor, gate: Tensor): Tensor {
  if (kind === 'quick_gelu') {
    return tf.mul(gate, tf.add(tf.mul(tf.mul(u, QUICK_GELU_SLOPE), tf.sub(1, gate)), 1));
  }
  const density = tf.mul(tf.exp(tf.mul(tf.square(u), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(gate, tf.mul(u, density));
}

export const attentionScale = (q: Tensor, { heads }: AttentionShape): number => 1 / Math.sqrt(q.shape[1]! / heads);

/** `[batch · rows, width]` to `[batch, heads, rows, width / heads]`. */
export function split(tf: TensorFlow, x: Tensor, { batch, heads }: AttentionShape, rows: number): Tensor4D {
  return tf.transpose(tf.reshape(x, [batch, rows, heads, x.shape[1]! / heads]), [0, 2, 1, 3]) as Tensor4D;
}

/** The inverse of `split`. */
export function join(tf: TensorFlow, x: Tensor, { batch }: AttentionShape, rows: number): Tensor {
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * rows, x.shape[1]! * x.shape[3]!]);
}
