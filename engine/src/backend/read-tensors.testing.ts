import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './activate.js';

/** What `compute` makes, as numbers, and no tensor left. Read asynchronously: a GPU's memory cannot be read otherwise. */
export async function readTensors(tf: TensorFlow, compute: () => readonly Tensor[]): Promise<readonly Float32Array[]> {
  const made = tf.tidy(() => [...compute()]);
  const values = await Promise.all(made.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(made);
  return values;
}

export async function readTensor(tf: TensorFlow, compute: () => Tensor): Promise<Float32Array> {
  const [values] = await readTensors(tf, () => [compute()]);
  return values!;
}
