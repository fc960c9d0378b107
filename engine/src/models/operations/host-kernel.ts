import type { NamedAttrMap, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type * as tfjs from '@tensorflow/tfjs-core';
import { tensorMemory } from '../../kernels/tensor-memory.js';

export type TensorFlow = typeof tfjs;

/** A fused operation as loops over typed arrays, for backends whose tensors lie in this process's memory. */
export interface HostKernel<Attrs extends object> {
  /** Unique among all tfjs kernels of the process. */
  readonly name: string;
  readonly outputShapes: (inputs: readonly (readonly number[])[], attrs: Attrs) => readonly (readonly number[])[];
  /** Fills every entry of every output: their memory is not cleared. */
  readonly compute: (inputs: readonly Float32Array[], outputs: readonly Float32Array[], attrs: Attrs) => void;
}

/** 'tensorflow' is left out: it would copy every input, and its own operations are fast. */
const HOST_BACKENDS: readonly string[] = ['cpu', 'wasm'];

export const hasHostMemory = (tf: TensorFlow): boolean => HOST_BACKENDS.includes(tf.getBackend());

export function registerHostKernel<Attrs extends object>(tf: TensorFlow, kernel: HostKernel<Attrs>): void {
  for (const backendName of HOST_BACKENDS) {
    if (tf.getKernel(kernel.name, backendName) !== undefined) continue;
    tf.registerKernel({
      kernelName: kernel.name,
      backendName,
      kernelFunc({ inputs, attrs, backend }) {
        const infos = Object.keys(inputs).map((_, index) => inputs[`x${index}`] as TensorInfo);
        const options = attrs as unknown as Attrs;
        const memory = tensorMemory(backend);
        const shapes = kernel.outputShapes(
          infos.map(({ shape }) => shape),
          options,
        );
        // Views of a WASM heap end when it grows: all outputs are made before any view is taken.
        const made = shapes.map((shape) => memory.output(shape).info);
        kernel.compute(
          infos.map((info) => memory.input(info)),
          made.map((info) => memory.input(info)),
          options,
        );
        return made;
      },
    });
  }
}

/** Runs a registered host kernel; its outputs belong to the surrounding `tf.tidy`. */
export function runHostKernel<Attrs extends object>(
  tf: TensorFlow,
  kernel: HostKernel<Attrs>,
  inputs: readonly Tensor[],
  attrs: Attrs,
): Tensor[] {
  registerHostKernel(tf, kernel);
  const named = Object.fromEntries(inputs.map((tensor, index) => [`x${index}`, tensor]));
  const result: Tensor | Tensor[] = tf.engine().runKernel(kernel.name, named, attrs as NamedAttrMap);
  return Array.isArray(result) ? result : [result];
}
