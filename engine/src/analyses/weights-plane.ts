import { createSharedBatch } from './shared-calculus.js';
import type { ModelPlane } from './model-plane.js';
import { createTaskPlane, type TaskPlaneOptions } from './task-plane.js';

/** Models whose weights are moved by task vectors. @throws modelErrors.adapterMismatched, analysesErrors.vectorsInvalid */
export function createWeightsPlane(options: TaskPlaneOptions): ModelPlane {
  const { tf, base } = options;
  const plane = createTaskPlane(options);
  return {
    dimensions: plane.dimensions,
    passes: (points) => points,
    batch(forward) {
      const shared = createSharedBatch(tf, base, plane);
      return {
        async at(coefficients) {
          const weights = plane.at(coefficients);
          try {
            // A clone: what does not depend on the point is kept by the batch.
            const outputs = tf.tidy(() => shared.at(weights, coefficients, forward).clone());
            const values = await outputs.data<'float32'>();
            outputs.dispose();
            return values;
          } finally {
            weights.dispose();
          }
        },
        get summary() {
          return shared.summary;
        },
        dispose: () => shared.dispose(),
      };
    },
    dispose: () => plane.dispose(),
  };
}
