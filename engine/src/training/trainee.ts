import type { Tensor } from '@tensorflow/tfjs-core';
import type { AdamWMoments } from './adamw.js';
import type { TrainedUpdates } from './trained-updates.js';

/** One array that the optimizer moves, in place. */
export interface TrainedValues {
  readonly values: Float32Array;
  readonly moments: AdamWMoments;
  /** Whether weight decay pulls it, and that is towards 0: towards the base, for what trains is the way from there. */
  readonly decays: boolean;
}

/** Which randomness a forward pass draws: it depends on nothing else, so that a training that goes on draws what it would have drawn. */
export interface Draw {
  readonly step: number;
  /** Of the batches that are added up for a step, which one. */
  readonly part: number;
}

export interface BatchGradient {
  readonly loss: number;
  /** By the name of what trains. */
  readonly gradients: ReadonlyMap<string, ArrayLike<number>>;
}

/** A function as it stands, without randomness, for scoring. */
export interface TrainedFunction<Batch> {
  /** Called inside `tf.tidy`. */
  forward(batch: Batch): Tensor;
  dispose(): void;
}

/**
 * A mode of fine-tuning on one problem: what of a function changes, its gradient, and what is kept of it. The loop around it (order, rate, optimizer,
 * checkpoints, early stop) is the same for all modes.
 *
 * Law: `differentiate` gives the derivative of the batch's loss in `trained`, at their present values (tested by central differences).
 */
export interface Trainee<Batch> {
  readonly trained: ReadonlyMap<string, TrainedValues>;
  differentiate(batch: Batch, draw: Draw): Promise<BatchGradient>;
  /** Called after `trained` has changed, before the next use. */
  refresh(): void;
  open(): TrainedFunction<Batch>;
  /** What is kept: the updates of the base that these values stand for. */
  updatesOf(values: (name: string) => Float32Array): TrainedUpdates;
  dispose(): void;
}
