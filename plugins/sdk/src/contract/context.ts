import type * as tfjs from '@tensorflow/tfjs-core';

export type TensorFlow = typeof tfjs;

/**
 * Randomness that depends on its key alone: (seed, adapter digest, tensor, element), so a strategy draws the same bits
 * whatever the number of workers, the order of modules or the shards.
 */
export interface KeyedRandom {
  /** `count` uniform numbers in [0, 1) for elements `offset … offset + count - 1` of the stream named by `key`. */
  uniform(key: readonly (string | number)[], count: number, offset?: number): Float32Array;
  /** Standard normal numbers for the same key scheme. */
  normal(key: readonly (string | number)[], count: number, offset?: number): Float32Array;
}

/** All that a strategy may touch. No file system, no network, no database. */
export interface FusionContext {
  /** The host's TensorFlow.js. A plugin computes with this one, never with a copy of its own. */
  readonly tf: TensorFlow;
  readonly signal: AbortSignal;
  readonly seed: number;
  readonly random: KeyedRandom;
  log(message: string): void;
}
