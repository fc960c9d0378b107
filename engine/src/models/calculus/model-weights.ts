import type { Tensor } from '@tensorflow/tfjs-core';
import { modelErrors } from '../errors.js';
import type { TensorFlow } from '../operations/host-kernel.js';

/** A parameter in Hugging Face's layout, float32. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type ParameterMap = ReadonlyMap<string, Parameter>;

/** Where a forward pass finds its parameters. */
export interface WeightSource {
  has(name: string): boolean;
  /** `[out, in]`; a convolution's trailing axes are one; vectors and scalars are `[n]`. */
  matrix(name: string): Tensor;
  /** `[in, out]` */
  transposed(name: string): Tensor;
}

/**
 * A model's parameters on the backend. Matrices are held as stored, `[out, in]`, and once more as `[in, out]` when first asked for: WASM multiplies by
 * a transposed matrix ten times slower. Live until `dispose`, whatever `tf.tidy` surrounds the call.
 */
export class ModelWeights implements WeightSource {
  readonly #tf: TensorFlow;
  readonly #matrices = new Map<string, Tensor>();
  readonly #transposed = new Map<string, Tensor>();

  constructor(tf: TensorFlow, parameters: ParameterMap) {
    this.#tf = tf;
    for (const [name, { shape, values }] of parameters) this.set(name, values, shape);
  }

  /** Replaces a parameter. */
  set(name: string, values: Float32Array, shape: readonly number[]): void {
    this.#drop(name);
    // A copy: the plain JS backend would keep and so alias the caller's array. Vectors stay vectors: WASM's fused product looks at the
    // shape that a bias was made with, and refuses one that was reshaped.
    const copy = values.slice();
    const rows = shape[0] ?? 1;
    const matrix =
      shape.length > 1
        ? this.#tf.tensor2d(copy, [rows, copy.length / rows], 'float32')
        : this.#tf.tensor1d(copy, 'float32');
    this.#matrices.set(name, this.#tf.keep(matrix));
  }

  has(name: string): boolean {
    return this.#matrices.has(name);
  }

  matrix(name: string): Tensor {
    const matrix = this.#matrices.get(name);
    if (matrix === undefined) throw modelErrors.tensorMissing({ model: 'the model in memory', tensor: name });
    return matrix;
  }

  transposed(name: string): Tensor {
    const known = this.#transposed.get(name);
    if (known !== undefined) return known;
    const made = this.#tf.keep(this.#tf.transpose(this.matrix(name)));
    this.#transposed.set(name, made);
    return made;
  }

  names(): readonly string[] {
    return [...this.#matrices.keys()];
  }

  dispose(): void {
    for (const name of this.names()) this.#drop(name);
  }

  #drop(name: string): void {
    this.#matrices.get(name)?.dispose();
    this.#transposed.get(name)?.dispose();
    this.#matrices.delete(name);
    this.#transposed.delete(name);
  }
}
