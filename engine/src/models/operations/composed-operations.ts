import type { Tensor } from '@tensorflow/tfjs-core';
import { GELU_NEW_CUBE, GELU_NEW_SLOPE, QUICK_GELU_SLOPE, type Activation } from './activation.js';
import {
  againstKeys,
  attentionProbabilities,
  attentionScale,
  join,
  joinKeys,
  ontoKeys,
  split,
  splitKeys,
  timesKeys,
} from './composed-attention.js';
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
    rmsNorm: (x, gamma, epsilon) => tf.mul(tf.mul(x, reciprocalRoot(tf, x, epsilon)), gamma),
    rmsNormGradient(x, gamma, dy, epsilon) {
      const reciprocal = reciprocalRoot(tf, x, epsilon);
      const normal = tf.mul(x, reciprocal);
      const g = tf.mul(dy, gamma);
      const along = tf.mul(normal, tf.mean(tf.mul(g, normal), 1, true));
      return { dx: tf.mul(tf.sub(g, along), reciprocal), dGamma: tf.sum(tf.mul(dy, normal), 0) };
    },
    activate(kind, u) {
      const gate = gateOf(tf, kind, u);
      return { y: applyGate(tf, kind, u, gate), gate };
    },
    activationGradient: (kind, u, gate, dy) => tf.mul(dy, activationSlope(tf, kind, u, gate)),
    attention(q, k, v, shape, bias) {
      const probabilities = attentionProbabilities(tf, q, k, shape, bias);
      const { batch, heads, queries, keys } = shape;
      return {
        out: join(tf, timesKeys(tf, probabilities, splitKeys(tf, v, shape), shape), shape, queries),
        probabilities: tf.reshape(probabilities, [batch * heads * queries, keys]),
      };
    },
    attentionGradient(q, k, v, probabilities, dOut, shape, wantsBias) {
      const { batch, heads, queries, keys } = shape;
      const p = tf.reshape(probabilities, [batch, heads, queries, keys]);
      const d = split(tf, dOut, shape, queries);
      const dp = againstKeys(tf, d, splitKeys(tf, v, shape), shape);
      const unscaled = tf.mul(p, tf.sub(dp, tf.sum(tf.mul(dp, p), 3, true)));
      const ds = tf.mul(unscaled, attentionScale(q, shape));
      return {
        dq: join(tf, timesKeys(tf, ds, splitKeys(tf, k, shape), shape), shape, queries),
        dk: joinKeys(tf, ontoKeys(tf, ds, split(tf, q, shape, queries), shape), shape),
        dv: joinKeys(tf, ontoKeys(tf, p, d, shape), shape),
        ...(wantsBias === true && { dBias: tf.reshape(tf.sum(unscaled, 0), [heads * queries, keys]) }),
      };
    },
    columnSums: (x) => tf.sum(x, 0),
    rotate(x, table) {
      const [rows, width] = x.shape as [number, number];
      const { heads } = table;
      const half = width / heads / 2;
      const parts = tf.reshape(x, [rows, heads, 2, half]);
      const side = (index: number) =>
        tf.reshape(tf.slice(parts, [0, 0, index, 0], [rows, heads, 1, half]), [rows, heads, half]);
      const [a, b] = [side(0), side(1)];
      const [c, s] = [rowsOfTable(tf, table.cosines, rows, half), rowsOfTable(tf, table.sines, rows, half)];
      const turned = [tf.sub(tf.mul(a, c), tf.mul(b, s)), tf.add(tf.mul(b, c), tf.mul(a, s))];
      return tf.reshape(tf.stack(turned, 2), [rows, width]);
    },
    pickRows: (x, indices) => tf.gather(x, tf.tensor1d(indices, 'int32')),
    spreadRows: (x, indices, rows) =>
      tf.scatterND(tf.tensor2d(indices, [indices.length, 1], 'int32'), x, [rows, x.shape[1]!]),
  };
}

/** `[rows, 1, half]`, the table repeated down the rows. */
function rowsOfTable(tf: TensorFlow, values: Float32Array, rows: number, half: number): Tensor {
  const positions = values.length / half;
  const table = tf.tensor3d(values.slice(0, Math.min(positions, rows) * half), [Math.min(positions, rows), 1, half]);
  return rows <= positions ? table : tf.tile(table, [rows / positions, 1, 1]);
}

export const reciprocalRoot = (tf: TensorFlow, x: Tensor, epsilon: number): Tensor =>
  tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), epsilon));

/** What `activationSlope` needs: y = u · gate, except of tanh, where it is y itself. */
export function gateOf(tf: TensorFlow, kind: Activation, u: Tensor): Tensor {
  switch (kind) {
    case 'quick_gelu':
      return tf.sigmoid(tf.mul(u, QUICK_GELU_SLOPE));
    case 'gelu':
      return tf.mul(tf.add(tf.erf(tf.mul(u, Math.SQRT1_2)), 1), 0.5);
    case 'gelu_new':
      return tf.sigmoid(tf.mul(tf.mul(u, tf.add(tf.mul(tf.square(u), GELU_NEW_CUBE), 1)), GELU_NEW_SLOPE));
    case 'silu':
      return tf.sigmoid(u);
    case 'relu':
      return tf.step(u);
    case 'tanh':
      return tf.tanh(u);
  }
}

export const applyGate = (tf: TensorFlow, kind: Activation, u: Tensor, gate: Tensor): Tensor =>
  kind === 'tanh' ? gate.clone() : tf.mul(u, gate);

/** d y / du. */
export function activationSlope(tf: TensorFlow, kind: Activation, u: Tensor, gate: Tensor): Tensor {
  switch (kind) {
    case 'quick_gelu':
      return tf.mul(gate, tf.add(tf.mul(tf.mul(u, QUICK_GELU_SLOPE), tf.sub(1, gate)), 1));
    case 'gelu': {
      const density = tf.mul(tf.exp(tf.mul(tf.square(u), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.add(gate, tf.mul(u, density));
    }
    case 'gelu_new': {
      const inner = tf.mul(tf.add(tf.mul(tf.square(u), 3 * GELU_NEW_CUBE), 1), GELU_NEW_SLOPE);
      return tf.mul(gate, tf.add(tf.mul(tf.mul(u, inner), tf.sub(1, gate)), 1));
    }
    case 'silu':
      return tf.mul(gate, tf.add(tf.mul(u, tf.sub(1, gate)), 1));
    case 'relu':
      return gate;
    case 'tanh':
      return tf.sub(1, tf.square(gate));
  }
}
