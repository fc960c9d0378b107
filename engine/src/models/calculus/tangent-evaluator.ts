import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../operations/host-kernel.js';
import type { Calculus } from './calculus.js';
import { createDual, type Dual } from './dual.js';
import type { LowRankUpdates } from './fold-updates.js';
import type { WeightSource } from './model-weights.js';
import { updateDirections } from './update-deltas.js';

export interface TangentEvaluator {
  /** f(θ0) + J(θ0)·Δθ of what `compute` writes in the calculus; called inside `tf.tidy`. */
  evaluate(compute: (calculus: Calculus<Dual>) => Dual): Tensor;
  /** Frees the directions, not the base. */
  dispose(): void;
}

/**
 * The network's tangent at the base in the direction Δθ of an adapter's updates: what an adapter of a network-wide linearized mode computes. Linear in
 * the updates, so that what is true of a sum of updates is true of a sum of functions; equal to the weights' own function f(θ0 + Δθ) only to first order.
 *
 * In factors at (A0, B0 = 0) it is the paper's f(φ0) + J(φ0)·(φ − φ0), for there ∂W/∂φ·Δφ = scale · ΔB A0 (paper.md 1.3).
 */
export function createTangentEvaluator(tf: TensorFlow, base: WeightSource, updates: LowRankUpdates): TangentEvaluator {
  const directions = updateDirections(tf, base, updates);
  return {
    evaluate(compute) {
      const { value, tangent } = compute(createDual(tf, base, { directions }));
      return tangent === undefined ? value : tf.add(value, tangent);
    },
    dispose: () => directions.forEach((tensor) => tensor.dispose()),
  };
}
