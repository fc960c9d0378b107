import { toFloat32 } from '@crucible/engine/algebra';
import type { TensorFlow, WrappedModule } from '@crucible/sdk';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { inverseOf } from './magnitudes.js';

/** Directions as dense matrices `[out, in]`, as the paper merges them: entries mean the same to every rule. */
export function wrapDense(
  tf: TensorFlow,
  deltas: readonly Tensor2D[],
  own: readonly Float64Array[],
  mean: Float64Array,
  renormalize: boolean,
): WrappedModule {
  const row = (values: Float64Array): Tensor2D =>
    tf.tensor2d(toFloat32({ rows: 1, columns: values.length, data: values }), [1, values.length]);
  return {
    vectors: deltas.map((delta, i) => [tf.tidy(() => tf.mul<Tensor2D>(delta, row(inverseOf(own[i]!))))]),
    restore: ([merged]) => ({
      kind: 'vectors',
      vectors: [
        tf.tidy(() => {
          if (!renormalize) return tf.mul<Tensor2D>(merged!, row(mean));
          const lengths = tf.sqrt(tf.sum(tf.square(merged!), 0, true));
          return tf.mul<Tensor2D>(tf.divNoNan<Tensor2D>(merged!, lengths), row(mean));
        }),
      ],
    }),
  };
}
