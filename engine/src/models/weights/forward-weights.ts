import type { Tensor } from '@tensorflow/tfjs-core';
import type { ParameterMap, WeightSource } from '../calculus/model-weights.js';
import { modelErrors } from '../errors.js';
import type { TensorFlow } from '../operations/host-kernel.js';
import { turnMatrix } from './turn-matrix.js';

/**
 * A model's parameters on the backend for forward passes alone: each is brought there when it is first asked for, and only in the order it is asked in.
 * A linear layer is read as `[in, out]`, an embedding as it is stored, so that nothing but an embedding that is the head too is held twice, where
 * `ModelWeights` holds every matrix twice. Live until `dispose`.
 */
export class ForwardWeights implements WeightSource {
  readonly #tf: TensorFlow;
  readonly #parameters: ParameterMap;
  readonly #matrices = new Map<string, Tensor>();
  readonly #transposed = new Map<string, Tensor>();

  constructor(tf: TensorFlow, parameters: ParameterMap) {
    this.#tf = tf;
    this.#parameters = parameters;
  }

  has(name: string): boolean {
    return this.#parameters.has(name);
  }

  matrix(name: string): Tensor {
    return this.#held(this.#matrices, name, (values, shape) => {
      // A copy: the plain JS backend would keep and so alias the parameter's own array.
      const copy = values.slice();
      if (shape.length < 2) return this.#tf.tensor1d(copy, 'float32');
      return this.#tf.tensor2d(copy, [shape[0]!, values.length / shape[0]!], 'float32');
    });
  }

  transposed(name: string): Tensor {
    return this.#held(this.#transposed, name, (values, [rows = 1]) => {
      const columns = values.length / rows;
      return this.#tf.tensor2d(turnMatrix(values, rows, columns), [columns, rows], 'float32');
    });
  }

  dispose(): void {
    for (const held of [this.#matrices, this.#transposed]) {
      for (const tensor of held.values()) tensor.dispose();
      held.clear();
    }
  }

  #held(
    held: Map<string, Tensor>,
    name: string,
    make: (values: Float32Array, shape: readonly number[]) => Tensor,
  ): Tensor {
    const known = held.get(name);
    if (known !== undefined) return known;
    const parameter = this.#parameters.get(name);
    if (parameter === undefined) throw modelErrors.tensorMissing({ model: 'the model in memory', tensor: name });
    const made = this.#tf.keep(make(parameter.values, parameter.shape));
    held.set(name, made);
    return made;
  }
}
