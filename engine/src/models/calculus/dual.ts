import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  againstKeys,
  attentionProbabilities,
  attentionScale,
  join,
  split,
  splitKeys,
  timesKeys,
} from '../operations/composed-attention.js';
import { activationSlope, applyGate, gateOf, reciprocalRoot } from '../operations/composed-operations.js';
import { fusedOperations } from '../operations/fused-operations.js';
import { headsFirst, meanWeights, weightRows } from '../operations/row-maps.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { NO_TERMS, type Calculus, type LowRankTerm } from './calculus.js';
import { biasOf } from './evaluator.js';
import { embedTokens, firstRows, multiplyAdd, pickColumns } from './matrices.js';
import type { WeightSource } from './model-weights.js';

/** x + ε ẋ with ε² = 0: a value, and its derivative along the chosen direction. Without a tangent the derivative is zero. */
export interface Dual {
  readonly value: Tensor;
  readonly tangent?: Tensor;
}

/** A low-rank path at a point, with the direction in which its factors move. */
export interface DualTerm extends LowRankTerm {
  readonly directionOfA?: Tensor;
  readonly directionOfB?: Tensor;
}

export interface DualOptions {
  readonly terms?: ReadonlyMap<string, readonly DualTerm[]>;
  /** The direction of the model's own parameters, by name and in the shape of `WeightSource.matrix`. */
  readonly directions?: ReadonlyMap<string, Tensor>;
}

/**
 * The forward-mode interpretation: f(φ0) and J(φ0)·Δφ in one pass, for any direction in the factors of adapters and in the model's own parameters.
 * This is what linearization is defined by (paper.md 1.1); every rule below is the total differential of its operation.
 */
export function createDual(tf: TensorFlow, weights: WeightSource, options: DualOptions = {}): Calculus<Dual> {
  const { terms = NO_TERMS as ReadonlyMap<string, readonly DualTerm[]>, directions } = options;
  // Of maps that are linear in what they are given, the tangent goes the way of the value.
  const { pickRows, rotate } = fusedOperations(tf);
  const direction = (name: string): Tensor | undefined => directions?.get(name);
  const product = (x: Tensor, y: Tensor): Tensor => tf.matMul(x as Tensor2D, y as Tensor2D);
  const sum = (...parts: readonly (Tensor | undefined)[]): Tensor | undefined =>
    parts.reduce((total, part) => (total === undefined ? part : part === undefined ? total : tf.add(total, part)));
  const dual = (value: Tensor, tangent: Tensor | undefined): Dual =>
    tangent === undefined ? { value } : { value, tangent };
  const map = (x: Tensor | undefined, linear: (x: Tensor) => Tensor): Tensor | undefined => x && linear(x);

  const along = (x: Dual, linear: (x: Tensor) => Tensor): Dual => dual(linear(x.value), map(x.tangent, linear));

  const lowRank = (at: Dual, { a, b, scale, directionOfA, directionOfB, mask }: DualTerm): Dual => {
    const factor = mask?.(at.value.shape[0]!, at.value.shape[1]!);
    const masked = (input: Tensor): Tensor => (factor === undefined ? input : tf.mul(input, factor));
    const x = dual(masked(at.value), map(at.tangent, masked));
    const [aT, bT] = [tf.transpose(a), tf.transpose(tf.mul(b, scale))];
    const low = product(x.value, aT);
    const lowTangent = sum(
      map(x.tangent, (dx) => product(dx, aT)),
      map(directionOfA, (da) => product(x.value, tf.transpose(da))),
    );
    const tangent = sum(
      map(lowTangent, (d) => product(d, bT)),
      map(directionOfB, (db) => product(low, tf.transpose(tf.mul(db, scale)))),
    );
    return dual(product(low, bT), tangent);
  };

  return {
    constant: (value) => ({ value }),
    parameter: (name) => dual(weights.matrix(name), direction(name)),
    linear(name, x) {
      const w = weights.transposed(`${name}.weight`);
      let value = multiplyAdd(tf, x.value, w, biasOf(weights, name));
      let tangent = sum(
        map(x.tangent, (dx) => product(dx, w)),
        map(direction(`${name}.weight`), (dw) => product(x.value, tf.transpose(dw))),
      );
      const biasDirection = direction(`${name}.bias`);
      if (biasDirection !== undefined) tangent = tf.add(tangent ?? tf.zerosLike(value), biasDirection);
      for (const term of terms.get(name) ?? []) {
        const path = lowRank(x, term);
        value = tf.add(value, path.value);
        tangent = sum(tangent, path.tangent);
      }
      return dual(value, tangent);
    },
    linearWith(weightName, x) {
      const w = weights.transposed(weightName);
      const tangent = sum(
        map(x.tangent, (dx) => product(dx, w)),
        map(direction(weightName), (dw) => product(x.value, tf.transpose(dw))),
      );
      return dual(product(x.value, w), tangent);
    },
    embedding: (name, ids) =>
      dual(
        pickRows(weights.matrix(`${name}.weight`), ids),
        map(direction(`${name}.weight`), (d) => pickRows(d, ids)),
      ),
    rmsNorm(name, x, epsilon) {
      const gamma = weights.matrix(`${name}.weight`);
      const reciprocal = reciprocalRoot(tf, x.value, epsilon);
      const normal = tf.mul(x.value, reciprocal);
      const through = map(x.tangent, (dx) => {
        const along = tf.mul(normal, tf.mean(tf.mul(dx, normal), 1, true));
        return tf.mul(tf.mul(tf.sub(dx, along), reciprocal), gamma);
      });
      const tangent = sum(
        through,
        map(direction(`${name}.weight`), (dGamma) => tf.mul(normal, dGamma)),
      );
      return dual(tf.mul(normal, gamma), tangent);
    },
    layerNorm(name, x, epsilon) {
      const gamma = weights.matrix(`${name}.weight`);
      const { mean, variance } = tf.moments(x.value, 1, true);
      const reciprocal = tf.rsqrt(tf.add(variance, epsilon));
      const normal = tf.mul(tf.sub(x.value, mean), reciprocal);
      const through = map(x.tangent, (dx) => {
        const along = tf.mul(normal, tf.mean(tf.mul(dx, normal), 1, true));
        return tf.mul(tf.mul(tf.sub(tf.sub(dx, tf.mean(dx, 1, true)), along), reciprocal), gamma);
      });
      const gammaDirection = map(direction(`${name}.weight`), (dGamma) => tf.mul(normal, dGamma));
      let tangent = sum(through, gammaDirection);
      const betaDirection = direction(`${name}.bias`);
      if (betaDirection !== undefined) tangent = tf.add(tangent ?? tf.zerosLike(normal), betaDirection);
      return dual(tf.add(tf.mul(normal, gamma), weights.matrix(`${name}.bias`)), tangent);
    },
    activate(kind, u) {
      const gate = gateOf(tf, kind, u.value);
      const tangent = map(u.tangent, (du) => tf.mul(du, activationSlope(tf, kind, u.value, gate)));
      return dual(applyGate(tf, kind, u.value, gate), tangent);
    },
    attention(q, k, v, shape, bias) {
      const { heads, queries, keys } = shape;
      const scale = attentionScale(q.value, shape);
      const headsOf = (x: Tensor): Tensor => split(tf, x, shape, queries);
      const keysOf = (x: Tensor): Tensor => splitKeys(tf, x, shape);
      const [qs, ks, vs] = [headsOf(q.value), keysOf(k.value), keysOf(v.value)];
      const p = attentionProbabilities(tf, q.value, k.value, shape, bias?.value);
      const scoreTangent = sum(
        map(q.tangent, (dq) => tf.mul(againstKeys(tf, headsOf(dq), ks, shape), scale)),
        map(k.tangent, (dk) => tf.mul(againstKeys(tf, qs, keysOf(dk), shape), scale)),
        map(bias?.tangent, (db) => tf.reshape(db, [1, heads, queries, keys])),
      );
      const dp = map(scoreTangent, (ds) => tf.mul(p, tf.sub(ds, tf.sum(tf.mul(ds, p), 3, true))));
      const tangent = sum(
        map(dp, (d) => timesKeys(tf, d, vs, shape)),
        map(v.tangent, (dv) => timesKeys(tf, p, keysOf(dv), shape)),
      );
      return dual(
        join(tf, timesKeys(tf, p, vs, shape), shape, queries),
        map(tangent, (t) => join(tf, t, shape, queries)),
      );
    },
    relativeBias(name, { buckets, queries, keys }) {
      const bias = (table: Tensor): Tensor => headsFirst(tf, pickRows(table, buckets), queries, keys);
      return dual(bias(weights.matrix(`${name}.weight`)), map(direction(`${name}.weight`), bias));
    },
    rotate: (x, table) => along(x, (part) => rotate(part, table)),
    add: (x, y) => dual(tf.add(x.value, y.value), sum(x.tangent, y.tangent)),
    multiply: (x, y) =>
      dual(
        tf.mul(x.value, y.value),
        sum(
          map(x.tangent, (dx) => tf.mul(dx, y.value)),
          map(y.tangent, (dy) => tf.mul(dy, x.value)),
        ),
      ),
    scale: (x, factor) => along(x, (part) => tf.mul(part, factor)),
    pickRows: (x, indices) => along(x, (part) => pickRows(part, indices)),
    pickColumns: (x, begin, count) => along(x, (part) => pickColumns(tf, part, begin, count)),
    meanRows(x, mask, batch, tokens) {
      const means = meanWeights(tf, mask, batch, tokens);
      return along(x, (part) => weightRows(tf, part, means));
    },
    embedTokens(patches, classToken, positions, batch) {
      const zero = (x: Dual): Tensor => x.tangent ?? tf.zerosLike(x.value);
      const value = embedTokens(tf, patches.value, classToken.value, positions.value, batch);
      if ([patches, classToken, positions].every((x) => x.tangent === undefined)) return { value };
      // The operation is linear in all three.
      return dual(value, embedTokens(tf, zero(patches), zero(classToken), zero(positions), batch));
    },
    firstRows: (x, batch, tokens) => along(x, (part) => firstRows(tf, part, batch, tokens)),
    // Every value may still be part of a tangent.
    scope: (compute) => compute(),
  };
}
