import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
import type { AttentionShape } from './attention.js';

/**
 * The operations of a transformer, each with its gradient. All tensors are float32 matrices of `[rows, width]`. Results belong to the surrounding
 * `tf.tidy`.
 */
export interface FusedOperations {
  layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor;
  layerNormGradient(
    x: Tensor,
    gamma: Tensor,
    dy: Tensor,
    epsilon: number,
  ): { dx: Tensor; dGamma: Tensor; dBeta: Tensor };
  /** `gate` is what the gradient needs: y = u · gate. */
  activate(kind: Activation, u: Tensor): { y: Tensor; gate: Tensor };
  activationGradient(kind: Activation, u: Tensor, gate: Tensor, dy: Tensor): Tensor;
  attention(q: Tensor, k: Tensor, v: Tensor, shape: AttentionShape): { out: Tensor; probabilities: Tensor };
  attentionGradient(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    probabilities: Tensor,
    dOut: Tensor,
    shape: AttentionShape,
  ): { dq: Tensor; dk: Tensor; dv: Tensor };
  columnSums(x: Tensor): Tensor;
}
