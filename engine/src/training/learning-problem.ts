import type { Tensor } from '@tensorflow/tfjs-core';
import type { Calculus, LinearShape, ParameterMap, TensorFlow } from '../models/index.js';

/** The examples of one split, ready to become batches. */
export interface ProblemSplit<Batch> {
  readonly count: number;
  /** How many of them, from the first on, belong to each of several groups that share no batch; one group unless given. */
  readonly parts?: readonly number[];
  /** SHA-256 of everything of them that a training sees: two splits of one digest give the same bytes. */
  readonly digest: string;
  /** The examples at `indices`, in their order, on the host. */
  batch(indices: Uint32Array): Batch;
}

/** A scalar, and its gradient in the output of `forward`. */
export interface ProblemLoss {
  readonly loss: Tensor;
  readonly gradient: Tensor;
}

export interface ValidationScore {
  /** Mean over the examples, in nats. */
  readonly loss: number;
  /** The task's metric, from 0 to 1; accuracy, where the task has classes. */
  readonly accuracy: number;
}

/** Adds up what a model gave for batch after batch. */
export interface ScoreSum<Batch> {
  add(output: Float32Array, batch: Batch): void;
  finish(): ValidationScore;
}

/**
 * What there is to learn, whatever the model's family: a function of named parameters written once over `Calculus`, a loss of its output, and examples.
 * Every mode of training and every measure of a loss (`differentiate`, the tangent, full weights, probes) works on this and knows no family.
 *
 * Law: `loss(tf, y, batch).gradient` is the derivative of `loss(tf, y, batch).loss` in y, for every y (tested by central differences).
 */
export interface LearningProblem<Batch = unknown> {
  /** Parameters of the base, float32, by their names in `forward`. Never changed. */
  readonly parameters: ParameterMap;
  /** The linear layers that an adapter may attach to. */
  readonly linearLayers: ReadonlyMap<string, LinearShape>;
  /** Layers whose weight checkpoints hold as `[in, out]` (GPT-2's Conv1D); an adapter's file says so of them. None unless given. */
  readonly transposedLayers?: ReadonlySet<string>;
  /** All else that the outcome depends on (configuration, head, preprocessing), as JSON: part of the fingerprint of checkpoints. */
  readonly identity: Readonly<Record<string, unknown>>;
  /** `test` is not among them: no training may look at it. */
  readSplit(split: 'train' | 'validation'): Promise<ProblemSplit<Batch>>;
  /** The output that the loss is of; called inside `tf.tidy`. */
  forward<V>(tf: TensorFlow, calculus: Calculus<V>, batch: Batch): V;
  /** Mean over the batch; called inside `tf.tidy`. */
  loss(tf: TensorFlow, output: Tensor, batch: Batch): ProblemLoss;
  /** Logits `[rows, classes]` of an output, and how a gradient in them goes back to it: what distillation needs. */
  logits(tf: TensorFlow, output: Tensor, batch: Batch): ProblemLogits;
  scoreSum(split: ProblemSplit<Batch>): ScoreSum<Batch>;
}

export interface ProblemLogits {
  readonly logits: Tensor;
  back(gradient: Tensor): Tensor;
}
