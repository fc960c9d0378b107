import type { Tensor } from '@tensorflow/tfjs-core';
import { updateDirections } from '../models/calculus/update-deltas.js';
import { createDual, type LowRankUpdates, type TensorFlow, type WeightSource } from '../models/index.js';
import type { ModelPlane } from './model-plane.js';

export interface TangentPlaneOptions {
  readonly tf: TensorFlow;
  /** The base's weights on the backend; stay the caller's. */
  readonly base: WeightSource;
  readonly vectors: readonly LowRankUpdates[];
}

/**
 * Models that are the base's tangent, f(θ0) + J(θ0)·Σ λ_j τ_j: what adapters of network-wide linearized modes compute. Linear in λ as a whole, so that a batch
 * takes one pass for each task vector (value and derivative), whatever the number of points; these are added up in float64.
 *
 * @throws modelErrors.adapterMismatched
 */
export function createTangentPlane({ tf, base, vectors }: TangentPlaneOptions): ModelPlane {
  const directions: ReadonlyMap<string, Tensor>[] = [];
  const dispose = (): void => {
    for (const direction of directions.splice(0)) direction.forEach((tensor) => tensor.dispose());
  };
  try {
    for (const updates of vectors) directions.push(updateDirections(tf, base, updates));
  } catch (error) {
    dispose();
    throw error;
  }
  const modules = [...new Set(vectors.flatMap((updates) => [...updates.keys()]))].sort();
  return {
    dimensions: vectors.length,
    passes: () => vectors.length,
    batch(forward) {
      let known: readonly (Float32Array | undefined)[] | undefined;
      const parts = async (): Promise<readonly (Float32Array | undefined)[]> => {
        const read: (Float32Array | undefined)[] = [];
        for (const direction of directions) {
          const made = tf.tidy(() => {
            const { value, tangent } = forward(createDual(tf, base, { directions: direction }));
            return tangent === undefined ? [value.clone()] : [value.clone(), tangent];
          });
          const [value, tangent] = [await made[0]!.data<'float32'>(), await made[1]?.data<'float32'>()];
          tf.dispose(made);
          if (read.length === 0) read.push(value);
          read.push(tangent);
        }
        return read;
      };
      return {
        async at(coefficients) {
          known ??= await parts();
          const [value, ...tangents] = known;
          return value!.map((start, i) => {
            return tangents.reduce((sum, tangent, vector) => sum + coefficients[vector]! * (tangent?.[i] ?? 0), start);
          });
        },
        summary: { constant: 0, linear: 0, varying: 0, linearModules: modules, linearity: 'NETWORK' },
        dispose: () => (known = undefined),
      };
    },
    dispose,
  };
}
