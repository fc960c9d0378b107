import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../operations/activation.js';
import type { AttentionShape } from '../operations/attention.js';

/**
 * What a model's forward pass is written in. A model says what it computes once; an interpretation says what comes of it: the value
 * (`createEvaluator`), the value and a gradient (`createTape`), or the value and a directional derivative (`createDual`).
 *
 * Every value is a float32 matrix of `[rows, width]`, rows being tokens of all images, one image after another.
 */
export interface Calculus<V> {
  constant(value: Tensor): V;
  /** The parameter of that name, as `ModelWeights.matrix` holds it. */
  parameter(name: string): V;
  /**
   * x Wᵀ + b with `<name>.weight` and, where the model has one, `<name>.bias`, plus the low-rank path of an adapter that is attached there.
   * Every linear layer of every model goes through here.
   */
  linear(name: string, x: V): V;
  layerNorm(name: string, x: V, epsilon: number): V;
  activate(kind: Activation, u: V): V;
  attention(q: V, k: V, v: V, shape: AttentionShape): V;
  add(x: V, y: V): V;
  /** Per image the class token, then its patches `[batch · patches, width]`; to each its position `[1 + patches, width]`. */
  embedTokens(patches: V, classToken: V, positions: V, batch: number): V;
  /** The first of the `tokens` rows of every image. */
  firstRows(x: V, batch: number, tokens: number): V;
  /** Frees what `compute` made except its result, where the interpretation does not need it any more. */
  scope(compute: () => V): V;
}

/**
 * One low-rank path beside a linear layer: scale · B A x, with A `[rank, in]` and B `[out, rank]` on the backend. A linearized adapter at a frame
 * with B0 ≠ 0 is two of them: B A0 and B0 (A − A0).
 */
export interface LowRankTerm {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly scale: number;
  /** Names under which the tape returns the gradients; a factor without a name is frozen. */
  readonly gradientOfA?: string;
  readonly gradientOfB?: string;
}

export type LowRankTerms = ReadonlyMap<string, readonly LowRankTerm[]>;

export const NO_TERMS: LowRankTerms = new Map();
