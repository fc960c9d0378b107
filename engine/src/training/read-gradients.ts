import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../models/index.js';
import type { BatchGradient } from './trainee.js';

/** Brings a loss and gradients, made inside one `tf.tidy`, to the host, and frees them on the backend. */
export async function readGradients(
  tf: TensorFlow,
  compute: () => { readonly loss: Tensor; readonly gradients: ReadonlyMap<string, Tensor> },
): Promise<BatchGradient> {
  const made = tf.tidy(() => {
    const { loss, gradients } = compute();
    return { loss, ...Object.fromEntries(gradients) };
  });
  const read = await Promise.all(
    Object.entries(made).map(async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const),
  );
  tf.dispose(made);
  const gradients = new Map<string, ArrayLike<number>>(read);
  const loss = gradients.get('loss')![0]!;
  gradients.delete('loss');
  return { loss, gradients };
}
