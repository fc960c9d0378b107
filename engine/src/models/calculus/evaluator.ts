import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { fusedOperations } from '../operations/fused-operations.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { NO_TERMS, type Calculus, type LowRankTerms } from './calculus.js';
import { headsFirst, meanWeights, weightRows } from '../operations/row-maps.js';
import { embedTokens, firstRows, multiplyAdd, pickColumns } from './matrices.js';
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
      for (const { a, b, scale, mask } of terms.get(name) ?? []) {
        const input = mask === undefined ? x : tf.mul(x, mask(x.shape[0]!, x.shape[1]!));
        const low = tf.matMul(input as Tensor2D, tf.transpose(a) as Tensor2D);
        y = tf.add(y, tf.matMul(low, tf.transpose(tf.mul(b, scale)) as Tensor2D));
      }
      return y;
    },
    linearWith: (weightName, x) => multiplyAdd(tf, x, weights.transposed(weightName), undefined),
    embedding: (name, ids) => fused.pickRows(weights.matrix(`${name}.weight`), ids),
    rmsNorm: (name, x, epsilon) => fused.rmsNorm(x, weights.matrix(`${name}.weight`), epsilon),
    layerNorm: (name, x, epsilon) =>
      fused.layerNorm(x, weights.matrix(`${name}.weight`), weights.matrix(`${name}.bias`), epsilon),
    activate: (kind, u) => fused.activate(kind, u).y,
    attention: (q, k, v, shape, bias) => fused.attention(q, k, v, shape, bias).out,
    relativeBias: (name, { buckets, queries, keys }) =>
      headsFirst(tf, fused.pickRows(weights.matrix(`${name}.weight`), buckets), queries, keys),
    rotate: (x, table) => fused.rotate(x, table),
    add: (x, y) => tf.add(x, y),
    multiply: (x, y) => tf.mul(x, y),
    scale: (x, factor) => tf.mul(x, factor),
    pickRows: (x, indices) => fused.pickRows(x, indices),
    pickColumns: (x, begin, count) => pickColumns(tf, x, begin, count),
    meanRows: (x, mask, batch, tokens) => weightRows(tf, x, meanWeights(tf, mask, batch, tokens)),
    embedTokens: (patches, classToken, positions, batch) => embedTokens(tf, patches, classToken, positions, batch),
    firstRows: (x, batch, tokens) => firstRows(tf, x, batch, tokens),
    scope: (compute) => tf.tidy(compute),
  };
}

export const biasOf = (weights: WeightSource, name: string): Tensor | undefined =>
  weights.has(`${name}.bias`) ? weights.matrix(`${name}.bias`) : undefined;
