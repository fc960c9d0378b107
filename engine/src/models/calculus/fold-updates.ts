import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { modelErrors } from '../errors.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import type { WeightSource } from './model-weights.js';

/** ΔW = scale · B A, with A `[rank, in]` and B `[out, rank]`, row-major float32. */
export interface LowRankUpdate {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly rank: number;
  readonly scale: number;
}

/** By the name of the linear layer. */
export type LowRankUpdates = ReadonlyMap<string, LowRankUpdate>;

export interface FoldedWeights extends WeightSource {
  /** Frees what was folded, not the base. */
  dispose(): void;
}

/**
 * The base with W + scale · B A in place of each updated W, equal to the low-rank path up to float32 rounding and without its cost in each forward pass.
 * The base stays as it is.
 *
 * @throws modelErrors.adapterMismatched
 */
export function foldUpdates(tf: TensorFlow, base: WeightSource, updates: LowRankUpdates): FoldedWeights {
  const folded = new Map<string, Tensor>();
  const dispose = (): void => {
    for (const tensor of folded.values()) tensor.dispose();
    folded.clear();
  };
  try {
    for (const [module, update] of updates) folded.set(`${module}.weight`, foldOne(tf, base, module, update));
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    has: (name) => base.has(name),
    // Only forward passes use folded weights, and they read the transposed matrix.
    matrix: (name) => (folded.has(name) ? tf.transpose(folded.get(name)!) : base.matrix(name)),
    transposed: (name) => folded.get(name) ?? base.transposed(name),
    dispose,
  };
}

function foldOne(tf: TensorFlow, base: WeightSource, module: string, { a, b, rank, scale }: LowRankUpdate): Tensor {
  const name = `${module}.weight`;
  if (!base.has(name)) {
    throw modelErrors.adapterMismatched({ module, got: 'the model has no such layer', expected: 'a linear layer' });
  }
  const [inputs, outputs] = base.transposed(name).shape as [number, number];
  if (a.length !== rank * inputs || b.length !== outputs * rank) {
    throw modelErrors.adapterMismatched({
      module,
      got: `A of ${a.length} and B of ${b.length} entries at rank ${rank}`,
      expected: `A [${rank}, ${inputs}] and B [${outputs}, ${rank}]`,
    });
  }
  return tf.tidy(() => {
    const aTransposed = tf.transpose(tf.tensor2d(a.slice(), [rank, inputs], 'float32'));
    const bTransposed = tf.transpose(tf.mul(tf.tensor2d(b.slice(), [outputs, rank], 'float32'), scale));
    return tf.keep(tf.add(base.transposed(name), tf.matMul(aTransposed, bTransposed as Tensor2D)));
  });
}
