import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { fusedOperations } from '../operations/fused-operations.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { NO_TERMS, type Calculus, type LowRankTerms } from './calculus.js';
import { embedTokens, firstRows, multiplyAdd } from './matrices.js';
import type { WeightSource } from './model-weights.js';

/** The plain interpretation: values, as fast and with as little memory as the backend allows. */
export function createEvaluator(
  tf: TensorFlow,
  weights: WeightSource,
  terms: LowRankTerms = NO_TERMS,
): Calculus<Tensor> {
  const fused = fusedOperations(tf);
  return {
    constant: (value) => value,
    parameter: (name) => weights.matrix(name),
    linear(name, x) {
      let y = multiplyAdd(tf, x, weights.transposed(`${name}.weight`), biasOf(weights, name));
      for (const { a, b, scale } of terms.get(name) ?? []) {
        const low = tf.matMul(x as Tensor2D, tf.transpose(a) as Tensor2D);
        y = tf.add(y, tf.matMul(low, tf.transpose(tf.mul(b, scale)) as Tensor2D));
      }
      return y;
    },
    layerNorm: (name, x, epsilon) =>
      fused.layerNorm(x, weights.matrix(`${name}.weight`), weights.matrix(`${name}.bias`), epsilon),
    activate: (kind, u) => fused.activate(kind, u).y,
    attention: (q, k, v, shape) => fused.attention(q, k, v, shape).out,
    add: (x, y) => tf.add(x, y),
    embedTokens: (patches, classToken, positions, batch) => embedTokens(tf, patches, classToken, positions, batch),
    firstRows: (x, batch, tokens) => firstRows(tf, x, batch, tokens),
    scope: (compute) => tf.tidy(compute),
  };
}

export const biasOf = (weights: WeightSource, name: string): Tensor | undefined =>
  weights.has(`${name}.bias`) ? weights.matrix(`${name}.bias`) : undefined;
