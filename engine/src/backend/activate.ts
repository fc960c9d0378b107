import type * as tfjs from '@tensorflow/tfjs-core';

export type TensorFlow = typeof tfjs;

/** Whether a person asked for this backend, or we look for the best: then a slow stand-in does not count. */
export type Occasion = 'asked' | 'automatic';

export type OpenedBackend =
  | { readonly ok: true; readonly why: string; readonly dispose: () => void }
  | { readonly ok: false; readonly why: string };

/** A registered backend becomes current; disposing it frees its memory and leaves it selectable. */
export async function activate(tf: TensorFlow, registered: string): Promise<() => void> {
  if (!(await tf.setBackend(registered))) throw new Error(`TensorFlow.js could not start its backend ${registered}`);
  await tf.ready();
  return () => {
    const factory = tf.findBackendFactory(registered);
    tf.removeBackend(registered);
    if (factory !== null) tf.registerBackend(registered, factory);
  };
}
