import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LinearObserver, TensorFlow } from '../models/index.js';
import { gradientName, type PathMask } from './adapter-step.js';

/** What the gradient of B needs of a module whose A is A0. */
export interface FrozenPath {
  /** A0ᵀ, `[in, rank]` */
  readonly aTransposed: Tensor;
  readonly scale: number;
}

/** Collects ∂L/∂B = s · gᵀ (x A0ᵀ) on the way back, for the input x and the output's gradient g of each adapted layer. */
export function observeB(
  tf: TensorFlow,
  paths: ReadonlyMap<string, FrozenPath>,
  gradients: Map<string, Tensor>,
  mask?: PathMask,
): LinearObserver {
  return {
    wants: (name) => paths.has(name),
    observe(name, x, gradient) {
      const { aTransposed, scale } = paths.get(name)!;
      const low = tf.matMul(maskedInput(tf, name, x, mask), aTransposed as Tensor2D);
      const made = tf.mul(tf.matMul(tf.transpose(gradient) as Tensor2D, low), scale);
      const key = gradientName('B', name);
      const known = gradients.get(key);
      gradients.set(key, known === undefined ? made : tf.add(known, made));
    },
  };
}

/** The input of a module's path under dropout. */
export const maskedInput = (tf: TensorFlow, module: string, x: Tensor, mask: PathMask | undefined): Tensor2D =>
  (mask === undefined ? x : tf.mul(x, mask(module, x.shape[0]!, x.shape[1]!))) as Tensor2D;
