import type { Tensor } from '@tensorflow/tfjs-core';
import type { AdapterModuleInfo } from '../../adapters/index.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import type { WeightSource } from './model-weights.js';
import { updateDelta } from './update-deltas.js';

/**
 * ΔW = scale · B A of a linear map, with A `[rank, in]` and B `[out, rank]`, row-major float32. Biases, norms and embeddings say how the model holds them,
 * as in an adapter's file; a weight that is stored transposed is held `[out, in]` like any linear layer's.
 */
export interface LowRankUpdate extends Pick<AdapterModuleInfo, 'layout' | 'parameter'> {
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
  const turned = new Map<string, Tensor>();
  const plain = new Map<string, Tensor>();
  const dispose = (): void => {
    for (const folded of [turned, plain]) {
      for (const tensor of folded.values()) tensor.dispose();
      folded.clear();
    }
  };
  try {
    for (const [module, update] of updates) {
      tf.tidy(() => {
        const { name, delta, transposed } = updateDelta(tf, base, module, update);
        if (transposed) turned.set(name, tf.keep(tf.add(base.transposed(name), delta)));
        else plain.set(name, tf.keep(tf.add(base.matrix(name), delta)));
      });
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    has: (name) => base.has(name),
    // Only forward passes use folded weights, and of linear layers they read the transposed matrix.
    matrix: (name) => plain.get(name) ?? (turned.has(name) ? tf.transpose(turned.get(name)!) : base.matrix(name)),
    transposed: (name) =>
      turned.get(name) ?? (plain.has(name) ? tf.transpose(plain.get(name)!) : base.transposed(name)),
    dispose,
  };
}
