import * as tf from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../contract/context.js';

/** Backends that ship inside npm packages of the engine, each loaded only when it is wanted. */
const BACKENDS: Readonly<Record<string, () => Promise<unknown>>> = {
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
};

export async function openBackend(name: string): Promise<TensorFlow> {
  await BACKENDS[name]?.();
  await tf.setBackend(name);
  await tf.ready();
  return tf;
}
