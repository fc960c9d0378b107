import { selectBackend } from '@crucible/engine/backend';
import type { TensorFlow } from '../../contract/context.js';

/** Opens a backend by the name that `tf.getBackend()` gives: a worker computes on what its host computes on. */
export async function openBackend(registered: string): Promise<TensorFlow> {
  // libtensorflow registers one name with and without a GPU, and takes a GPU where it finds one.
  const backend = registered === 'tensorflow' ? 'tensorflow-cpu' : registered;
  return (await selectBackend({ backend })).tf;
}
