import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
import type { AttentionShape } from './attention.js';
import type { RotaryTable } from './rotate.js';

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
  rmsNorm(x: Tensor, gamma: Tensor, epsilon: number): Tensor;
  rmsNormGradient(x: Tensor, gamma: Tensor, dy: Tensor, epsilon: number): { dx: Tensor; dGamma: Tensor };
  /** `gate` is what the gradient needs: y = u · gate, except of tanh, where it is y. */
  activate(kind: Activation, u: Tensor): { y: Tensor; gate: Tensor };
  activationGradient(kind: Activation, u: Tensor, gate: Tensor, dy: Tensor): Tensor;
  attention(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    shape: AttentionShape,
    bias?: Tensor,
  ): { out: Tensor; probabilities: Tensor };
  attentionGradient(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    probabilities: Tensor,
    dOut: Tensor,
    shape: AttentionShape,
    wantsBias?: boolean,
  ): { dq: Tensor; dk: Tensor; dv: Tensor; dBias?: Tensor };
  columnSums(x: Tensor): Tensor;
  /** Its own inverse and adjoint with the sines' signs turned. */
  rotate(x: Tensor, table: RotaryTable): Tensor;
  pickRows(x: Tensor, indices: Int32Array): Tensor;
  /** The adjoint of `pickRows`: row i is added to row `indices[i]` of `[rows, width]`. */
  spreadRows(x: Tensor, indices: Int32Array, rows: number): Tensor;
}
