import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../operations/activation.js';
import type { AttentionShape } from '../operations/attention.js';
import type { BucketTable } from '../operations/relative-bias.js';
import type { RotaryTable } from '../operations/rotate.js';

/**
 * What a model's forward pass is written in. A model says what it computes once; an interpretation says what comes of it: the value
 * (`createEvaluator`), the value and a gradient (`createTape`), or the value and a directional derivative (`createDual`).
 *
 * Every value is a float32 matrix of `[rows, width]`, rows being tokens of all examples, one example after another. Indices, masks and tables are host
 * data: nothing is differentiated by them.
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
  /** x Wᵀ with the parameter of that whole name, `[out, in]`: an output layer that is tied to an embedding. No bias, no adapter. */
  linearWith(weightName: string, x: V): V;
  /** Row `ids[i]` of `<name>.weight` as row i. */
  embedding(name: string, ids: Int32Array): V;
  layerNorm(name: string, x: V, epsilon: number): V;
  /** γ x / √(mean x² + ε) with γ = `<name>.weight`: neither centred nor shifted (Zhang & Sennrich 2019). */
  rmsNorm(name: string, x: V, epsilon: number): V;
  activate(kind: Activation, u: V): V;
  /** softmax(scale · q kᵀ + bias) v per example and head; `bias` is `[heads · queries, keys]`, one for all examples, from `relativeBias`. */
  attention(q: V, k: V, v: V, shape: AttentionShape, bias?: V): V;
  /** Per head the entries of `<name>.weight` `[buckets, heads]` that the table names: `[heads · queries, keys]`. */
  relativeBias(name: string, table: BucketTable): V;
  /** Rotary position embedding of queries or keys (Su et al. 2021), halves as Llama pairs them. */
  rotate(x: V, table: RotaryTable): V;
  add(x: V, y: V): V;
  /** Entry by entry, of equal shapes. */
  multiply(x: V, y: V): V;
  scale(x: V, factor: number): V;
  /** Rows by index; a row may be picked more than once. */
  pickRows(x: V, indices: Int32Array): V;
  /** `count` neighbouring columns from column `begin`. */
  pickColumns(x: V, begin: number, count: number): V;
  /** Per example the mean of its `tokens` rows where `mask` `[batch · tokens]` is not 0 (of none: zeros): `[batch, width]`. */
  meanRows(x: V, mask: Uint8Array, batch: number, tokens: number): V;
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
  /** What the path's input `[rows, width]` is multiplied with, entry by entry: dropout, which leaves the base's own product alone. */
  readonly mask?: (rows: number, width: number) => Tensor;
}

export type LowRankTerms = ReadonlyMap<string, readonly LowRankTerm[]>;

export const NO_TERMS: LowRankTerms = new Map();
