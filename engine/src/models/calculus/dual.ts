import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { activationSlope, attentionScale, gateOf, join, split } from '../operations/composed-operations.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { NO_TERMS, type Calculus, type LowRankTerm } from './calculus.js';
import { biasOf } from './evaluator.js';
import { embedTokens, firstRows, multiplyAdd } from './matrices.js';
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
  const direction = (name: string): Tensor | undefined => directions?.get(name);
  const product = (x: Tensor, y: Tensor): Tensor => tf.matMul(x as Tensor2D, y as Tensor2D);
  const sum = (...parts: readonly (Tensor | undefined)[]): Tensor | undefined =>
    parts.reduce((total, part) => (total === undefined ? part : part === undefined ? total : tf.add(total, part)));
  const dual = (value: Tensor, tangent: Tensor | undefined): Dual =>
    tangent === undefined ? { value } : { value, tangent };
  const map = (x: Tensor | undefined, linear: (x: Tensor) => Tensor): Tensor | undefined => x && linear(x);

  const lowRank = (x: Dual, { a, b, scale, directionOfA, directionOfB }: DualTerm): Dual => {
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
      return dual(tf.mul(u.value, gate), tangent);
    },
    attention(q, k, v, shape) {
      const { queries, keys } = shape;
      const scale = attentionScale(q.value, shape);
      const heads = (x: Tensor, rows: number): Tensor => split(tf, x, shape, rows);
      const [qs, ks, vs] = [heads(q.value, queries), heads(k.value, keys), heads(v.value, keys)];
      const p = tf.softmax(tf.mul(tf.matMul(qs, ks, false, true), scale));
      const scoreTangent = sum(
        map(q.tangent, (dq) => tf.mul(tf.matMul(heads(dq, queries), ks, false, true), scale)),
        map(k.tangent, (dk) => tf.mul(tf.matMul(qs, heads(dk, keys), false, true), scale)),
      );
      const dp = map(scoreTangent, (ds) => tf.mul(p, tf.sub(ds, tf.sum(tf.mul(ds, p), 3, true))));
      const tangent = sum(
        map(dp, (d) => tf.matMul(d, vs)),
        map(v.tangent, (dv) => tf.matMul(p, heads(dv, keys))),
      );
      return dual(
        join(tf, tf.matMul(p, vs), shape, queries),
        map(tangent, (t) => join(tf, t, shape, queries)),
      );
    },
    add: (x, y) => dual(tf.add(x.value, y.value), sum(x.tangent, y.tangent)),
    embedTokens(patches, classToken, positions, batch) {
      const zero = (x: Dual): Tensor => x.tangent ?? tf.zerosLike(x.value);
      const value = embedTokens(tf, patches.value, classToken.value, positions.value, batch);
      if ([patches, classToken, positions].every((x) => x.tangent === undefined)) return { value };
      // The operation is linear in all three.
      return dual(value, embedTokens(tf, zero(patches), zero(classToken), zero(positions), batch));
    },
    firstRows: (x, batch, tokens) =>
      dual(
        firstRows(tf, x.value, batch, tokens),
        map(x.tangent, (dx) => firstRows(tf, dx, batch, tokens)),
      ),
    // Every value may still be part of a tangent.
    scope: (compute) => compute(),
  };
}
