import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { modelErrors } from '../errors.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import type { LowRankUpdate } from './fold-updates.js';
import type { WeightSource } from './model-weights.js';

/** The parameter that an update of a module changes. */
export const updatedParameter = (module: string, { parameter }: Pick<LowRankUpdate, 'parameter'>): string =>
  parameter === 'BIAS' ? module : `${module}.weight`;

/**
 * ΔW of an update as a tensor that belongs to the surrounding `tf.tidy`: `[in, out]` for a linear map or a convolution (`transposed`), and otherwise in the
 * shape of `WeightSource.matrix`, `[rows, columns]` for an embedding and `[n]` for a vector.
 *
 * @throws modelErrors.adapterMismatched
 */
export function updateDelta(
  tf: TensorFlow,
  base: WeightSource,
  module: string,
  update: LowRankUpdate,
): { readonly name: string; readonly delta: Tensor; readonly transposed: boolean } {
  const { a, b, rank, scale, layout } = update;
  const name = updatedParameter(module, update);
  if (!base.has(name)) {
    throw modelErrors.adapterMismatched({
      module,
      got: 'the model has no such layer',
      expected: 'a layer of the model',
    });
  }
  const shape = base.matrix(name).shape;
  const vector = shape.length === 1;
  const transposed = !vector && layout !== 'EMBEDDING';
  const [inputs, outputs] = vector ? [1, shape[0]!] : transposed ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
  if (a.length !== rank * inputs || b.length !== outputs * rank || vector !== (layout === 'VECTOR')) {
    throw modelErrors.adapterMismatched({
      module,
      got: `A of ${a.length} and B of ${b.length} entries at rank ${rank}`,
      expected: `A [${rank}, ${inputs}] and B [${outputs}, ${rank}]`,
    });
  }
  const aTransposed = tf.transpose(tf.tensor2d(a.slice(), [rank, inputs], 'float32'));
  const bTransposed = tf.transpose(tf.mul(tf.tensor2d(b.slice(), [outputs, rank], 'float32'), scale));
  const delta = tf.matMul(aTransposed, bTransposed as Tensor2D);
  return { name, delta: vector ? tf.reshape(delta, [outputs]) : delta, transposed };
}

/** The direction in which an update moves the model's parameters, as `createDual` takes it. The caller frees it. */
export function updateDirections(
  tf: TensorFlow,
  base: WeightSource,
  updates: ReadonlyMap<string, LowRankUpdate>,
): ReadonlyMap<string, Tensor> {
  const directions = new Map<string, Tensor>();
  try {
    for (const [module, update] of updates) {
      tf.tidy(() => {
        const { name, delta, transposed } = updateDelta(tf, base, module, update);
        directions.set(name, tf.keep(transposed ? tf.transpose(delta) : delta));
      });
    }
  } catch (error) {
    directions.forEach((tensor) => tensor.dispose());
    throw error;
  }
  return directions;
}
