import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { fusedOperations } from '../operations/fused-operations.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { NO_TERMS, type Calculus, type LowRankTerm, type LowRankTerms } from './calculus.js';
import { biasOf } from './evaluator.js';
import { headsFirst, headsLast, meanWeights, unweightRows, weightRows } from '../operations/row-maps.js';
import { inverseRotary } from '../operations/rotate.js';
import { embedTokens, firstRows, multiplyAdd, pickColumns, placeColumns } from './matrices.js';
import type { WeightSource } from './model-weights.js';

/** A value on the tape; `needed` says whether anything trainable is behind it. */
export interface TapeValue {
  readonly value: Tensor;
  readonly needed: boolean;
  gradient?: Tensor;
}

export interface Tape extends Calculus<TapeValue> {
  /**
   * Gradients of a scalar by name, given its gradient in `output`. Nothing is computed for frozen parameters, nor below the lowest trainable one.
   * May be called once, in the same `tf.tidy` as the forward pass.
   */
  backward(output: TapeValue, gradient: Tensor): Map<string, Tensor>;
}

export interface TapeOptions {
  readonly terms?: LowRankTerms;
  /** Which of the model's own parameters train; none unless told. */
  readonly trainable?: (name: string) => boolean;
  readonly observer?: LinearObserver;
}

/** Looks at linear layers on the way back: statistics of gradients need each row's own, not their sum. */
export interface LinearObserver {
  wants(name: string): boolean;
  /** `x` is the layer's input `[rows, in]`, `gradient` that of its output `[rows, out]`; both live only during the call. */
  observe(name: string, x: Tensor, gradient: Tensor): void;
}

/**
 * The reverse-mode interpretation. Gradients are written by hand for each operation of `Calculus`: tfjs's own tape knows a few hundred operations, spends
 * most of a small model's step on bookkeeping, and computes gradients of frozen weights.
 */
export function createTape(tf: TensorFlow, weights: WeightSource, options: TapeOptions = {}): Tape {
  const { terms = NO_TERMS, trainable = () => false, observer } = options;
  const fused = fusedOperations(tf);
  const steps: (() => void)[] = [];
  const gradients = new Map<string, Tensor>();

  const accumulate = (node: TapeValue, gradient: () => Tensor): void => {
    if (!node.needed) return;
    const made = gradient();
    if (node.gradient === undefined) {
      node.gradient = made;
      return;
    }
    const sum = tf.add(node.gradient, made);
    node.gradient.dispose();
    made.dispose();
    node.gradient = sum;
  };
  const deliver = (name: string, gradient: Tensor): void => {
    const known = gradients.get(name);
    gradients.set(name, known === undefined ? gradient : tf.add(known, gradient));
  };
  /** Puts a value on the tape; `back` runs when the gradient of the value is complete. */
  const record = (value: Tensor, needed: boolean, back: (gradient: Tensor) => void): TapeValue => {
    const node: TapeValue = { value, needed };
    if (needed) {
      steps.push(() => {
        const { gradient } = node;
        if (gradient === undefined) return;
        back(gradient);
        gradient.dispose();
        delete node.gradient;
      });
    }
    return node;
  };
  /** y = x M for a matrix held on the backend in both orientations. */
  const times = (x: Tensor, m: Tensor): Tensor => tf.matMul(x as Tensor2D, m as Tensor2D);
  /** The gradient flows on, while the node that it came from frees its own. */
  const same = (gradient: Tensor): Tensor => gradient.clone();

  const lowRank = (x: TapeValue, term: LowRankTerm) => {
    const mask = term.mask?.(x.value.shape[0]!, x.value.shape[1]!);
    const masked = (input: Tensor): Tensor => (mask === undefined ? input : tf.mul(input, mask));
    const input = masked(x.value);
    const low = times(input, tf.transpose(term.a));
    const scaledB = tf.mul(term.b, term.scale);
    return {
      term,
      value: times(low, tf.transpose(scaledB)),
      back(dy: Tensor, dyTransposed: () => Tensor): Tensor | undefined {
        if (term.gradientOfB !== undefined) deliver(term.gradientOfB, tf.mul(times(dyTransposed(), low), term.scale));
        if (term.gradientOfA === undefined && !x.needed) return undefined;
        const dLow = times(dy, scaledB);
        if (term.gradientOfA !== undefined) deliver(term.gradientOfA, times(tf.transpose(dLow), input));
        return x.needed ? masked(times(dLow, term.a)) : undefined;
      },
    };
  };

  return {
    constant: (value) => ({ value, needed: false }),
    parameter(name) {
      const value = weights.matrix(name);
      return record(value, trainable(name), (gradient) => deliver(name, same(gradient)));
    },
    linear(name, x) {
      const weightName = `${name}.weight`;
      const biasName = `${name}.bias`;
      const bias = biasOf(weights, name);
      const trainsWeight = trainable(weightName);
      const trainsBias = bias !== undefined && trainable(biasName);
      let value = multiplyAdd(tf, x.value, weights.transposed(weightName), bias);
      const paths = (terms.get(name) ?? []).map((term) => lowRank(x, term));
      for (const path of paths) value = tf.add(value, path.value);
      const observed = observer?.wants(name) === true;
      const trainsPath = paths.some(({ term }) => (term.gradientOfA ?? term.gradientOfB) !== undefined);
      return record(value, x.needed || trainsWeight || trainsBias || trainsPath || observed, (dy) => {
        if (observed) observer.observe(name, x.value, dy);
        let transposed: Tensor | undefined;
        const dyTransposed = (): Tensor => (transposed ??= tf.transpose(dy));
        if (trainsWeight) deliver(weightName, times(dyTransposed(), x.value));
        if (trainsBias) deliver(biasName, fused.columnSums(dy));
        for (const path of paths) {
          const dx = path.back(dy, dyTransposed);
          if (dx !== undefined) accumulate(x, () => dx);
        }
        accumulate(x, () => times(dy, weights.matrix(weightName)));
        transposed?.dispose();
      });
    },
    linearWith(weightName, x) {
      const trains = trainable(weightName);
      const value = multiplyAdd(tf, x.value, weights.transposed(weightName), undefined);
      return record(value, x.needed || trains, (dy) => {
        if (trains) deliver(weightName, times(tf.transpose(dy), x.value));
        accumulate(x, () => times(dy, weights.matrix(weightName)));
      });
    },
    embedding(name, ids) {
      const table = weights.matrix(`${name}.weight`);
      return record(fused.pickRows(table, ids), trainable(`${name}.weight`), (dy) =>
        deliver(`${name}.weight`, fused.spreadRows(dy, ids, table.shape[0]!)),
      );
    },
    rmsNorm(name, x, epsilon) {
      const gamma = weights.matrix(`${name}.weight`);
      const trains = trainable(`${name}.weight`);
      return record(fused.rmsNorm(x.value, gamma, epsilon), x.needed || trains, (dy) => {
        const { dx, dGamma } = fused.rmsNormGradient(x.value, gamma, dy, epsilon);
        accumulate(x, () => dx);
        if (trains) deliver(`${name}.weight`, dGamma);
      });
    },
    layerNorm(name, x, epsilon) {
      const gamma = weights.matrix(`${name}.weight`);
      const value = fused.layerNorm(x.value, gamma, weights.matrix(`${name}.bias`), epsilon);
      const trains = trainable(`${name}.weight`);
      return record(value, x.needed || trains, (dy) => {
        const { dx, dGamma, dBeta } = fused.layerNormGradient(x.value, gamma, dy, epsilon);
        accumulate(x, () => dx);
        if (!trains) return;
        deliver(`${name}.weight`, dGamma);
        deliver(`${name}.bias`, dBeta);
      });
    },
    activate(kind, u) {
      const { y, gate } = fused.activate(kind, u.value);
      return record(y, u.needed, (dy) => accumulate(u, () => fused.activationGradient(kind, u.value, gate, dy)));
    },
    attention(q, k, v, shape, bias) {
      const { out, probabilities } = fused.attention(q.value, k.value, v.value, shape, bias?.value);
      const wantsBias = bias?.needed === true;
      return record(out, q.needed || k.needed || v.needed || wantsBias, (dOut) => {
        const d = fused.attentionGradient(q.value, k.value, v.value, probabilities, dOut, shape, wantsBias);
        accumulate(q, () => d.dq);
        accumulate(k, () => d.dk);
        accumulate(v, () => d.dv);
        if (bias !== undefined) accumulate(bias, () => d.dBias!);
      });
    },
    relativeBias(name, { buckets, queries, keys }) {
      const table = weights.matrix(`${name}.weight`);
      const value = headsFirst(tf, fused.pickRows(table, buckets), queries, keys);
      return record(value, trainable(`${name}.weight`), (dy) =>
        deliver(`${name}.weight`, fused.spreadRows(headsLast(tf, dy, queries, keys), buckets, table.shape[0]!)),
      );
    },
    rotate: (x, table) =>
      record(fused.rotate(x.value, table), x.needed, (dy) =>
        accumulate(x, () => fused.rotate(dy, inverseRotary(table))),
      ),
    add: (x, y) =>
      record(tf.add(x.value, y.value), x.needed || y.needed, (gradient) => {
        accumulate(x, () => same(gradient));
        accumulate(y, () => same(gradient));
      }),
    multiply: (x, y) =>
      record(tf.mul(x.value, y.value), x.needed || y.needed, (gradient) => {
        accumulate(x, () => tf.mul(gradient, y.value));
        accumulate(y, () => tf.mul(gradient, x.value));
      }),
    scale: (x, factor) =>
      record(tf.mul(x.value, factor), x.needed, (gradient) => accumulate(x, () => tf.mul(gradient, factor))),
    pickRows: (x, indices) =>
      record(fused.pickRows(x.value, indices), x.needed, (gradient) =>
        accumulate(x, () => fused.spreadRows(gradient, indices, x.value.shape[0]!)),
      ),
    pickColumns: (x, begin, count) =>
      record(pickColumns(tf, x.value, begin, count), x.needed, (gradient) =>
        accumulate(x, () => placeColumns(tf, gradient, begin, x.value.shape[1]!)),
      ),
    meanRows(x, mask, batch, tokens) {
      const means = meanWeights(tf, mask, batch, tokens);
      return record(weightRows(tf, x.value, means), x.needed, (gradient) =>
        accumulate(x, () => unweightRows(tf, gradient, means)),
      );
    },
    embedTokens(patches, classToken, positions, batch) {
      const [tokens, width] = positions.value.shape as [number, number];
      const value = embedTokens(tf, patches.value, classToken.value, positions.value, batch);
      return record(value, patches.needed || classToken.needed || positions.needed, (gradient) => {
        const perImage = tf.reshape(gradient, [batch, tokens * width]);
        accumulate(patches, () => {
          const rest = tf.slice(perImage, [0, width], [batch, (tokens - 1) * width]);
          return tf.reshape(rest, [batch * (tokens - 1), width]);
        });
        const overImages = tf.reshape(fused.columnSums(perImage), [tokens, width]);
        accumulate(positions, () => overImages);
        accumulate(classToken, () => tf.slice(overImages, [0, 0], [1, width]));
      });
    },
    firstRows: (x, batch, tokens) =>
      record(firstRows(tf, x.value, batch, tokens), x.needed, (gradient) =>
        accumulate(x, () => {
          const width = gradient.shape[1]!;
          const padded = tf.pad(gradient as Tensor2D, [
            [0, 0],
            [0, (tokens - 1) * width],
          ]);
          return tf.reshape(padded, [batch * tokens, width]);
        }),
      ),
    scope: (compute) => compute(),
    backward(output, gradient) {
      output.gradient = gradient;
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) step();
      return gradients;
    },
  };
}
