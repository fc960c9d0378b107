import type { KernelBackend, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';

/** What WASM offers beyond other backends: tensors that are views of its heap. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(info: TensorInfo): TypedArray;
}

/**
 * How a kernel reaches the memory of its tensors on backends whose data lies in this process. All outputs are made before any input is read: growing
 * the WASM heap detaches the views of it.
 */
export interface TensorMemory {
  output(shape: readonly number[]): { readonly info: TensorInfo; readonly values: Float32Array };
  input(info: TensorInfo): Float32Array;
}

export function tensorMemory(backend: object): TensorMemory {
  return isHeapBackend(backend) ? heapMemory(backend) : arrayMemory(backend as KernelBackend);
}

const isHeapBackend = (backend: object): backend is HeapBackend => 'typedArrayFromHeap' in backend;

function heapMemory(backend: HeapBackend): TensorMemory {
  return {
    output(shape) {
      const info = backend.makeOutput([...shape], 'float32');
      return { info, values: float32(backend.typedArrayFromHeap(info)) };
    },
    input: (info) => float32(backend.typedArrayFromHeap(info)),
  };
}

/** 'cpu' hands out the array that it holds, 'tensorflow' a copy; both keep an array that is written to them. */
function arrayMemory(backend: KernelBackend): TensorMemory {
  return {
    output(shape) {
      const values = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      const dataId = backend.write(values, [...shape], 'float32');
      return { info: { dataId, shape: [...shape], dtype: 'float32' }, values };
    },
    input: ({ dataId }) => float32(backend.readSync(dataId)),
  };
}

function float32(values: unknown): Float32Array {
  if (values instanceof Float32Array) return values;
  throw new TypeError(`expected float32 memory, got ${Object.prototype.toString.call(values)}`);
}
