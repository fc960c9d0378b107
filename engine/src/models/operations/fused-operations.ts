import { activationGradientKernel } from './activation.js';
import { attentionGradientKernel, attentionKernel, type AttentionShape } from './attention.js';
import { columnSumsKernel } from './column-sums.js';
import { composedOperations } from './composed-operations.js';
import { hasHostMemory, runHostKernel, type TensorFlow } from './host-kernel.js';
import { layerNormGradientKernel, layerNormKernel } from './layer-norm.js';
import type { FusedOperations } from './operations.js';
import { pickRowsKernel, spreadRowsKernel } from './pick-rows.js';
import { rmsNormGradientKernel, rmsNormKernel } from './rms-norm.js';
import { rotateKernel } from './rotate.js';

/** Typed-array kernels where tensors lie in this process's memory (WASM, plain JS), compositions of the backend's own operations elsewhere. */
export function fusedOperations(tf: TensorFlow): FusedOperations {
  const composed = composedOperations(tf);
  if (!hasHostMemory(tf)) return composed;
  const host = { ...composed, ...hostOperations(tf) };
  if (tf.getBackend() !== 'wasm') return host;
  const attentionOf = (shape: AttentionShape): FusedOperations =>
    shape.queries * shape.keys >= LARGE_ATTENTION ? composed : host;
  return {
    ...host,
    attention: (q, k, v, shape, bias) => attentionOf(shape).attention(q, k, v, shape, bias),
    attentionGradient: (q, k, v, probabilities, dOut, shape, wantsBias) =>
      attentionOf(shape).attentionGradient(q, k, v, probabilities, dOut, shape, wantsBias),
  };
}

/**
 * Scores per head from which WASM's own matrix products, with SIMD, win over the time that making four tensors more takes: 64 queries of 64 keys were 1.4
 * times, 128 of 128 almost twice as fast; below there is no clear gain.
 */
const LARGE_ATTENTION = 64 * 64;

function hostOperations(tf: TensorFlow): Omit<FusedOperations, 'activate'> {
  return {
    layerNorm: (x, gamma, beta, epsilon) => runHostKernel(tf, layerNormKernel, [x, gamma, beta], { epsilon })[0]!,
    layerNormGradient(x, gamma, dy, epsilon) {
      const [dx, dGamma, dBeta] = runHostKernel(tf, layerNormGradientKernel, [x, gamma, dy], { epsilon });
      return { dx: dx!, dGamma: dGamma!, dBeta: dBeta! };
    },
    activationGradient: (kind, u, gate, dy) => runHostKernel(tf, activationGradientKernel, [u, gate, dy], { kind })[0]!,
    rmsNorm: (x, gamma, epsilon) => runHostKernel(tf, rmsNormKernel, [x, gamma], { epsilon })[0]!,
    rmsNormGradient(x, gamma, dy, epsilon) {
      const [dx, dGamma] = runHostKernel(tf, rmsNormGradientKernel, [x, gamma, dy], { epsilon });
      return { dx: dx!, dGamma: dGamma! };
    },
    attention(q, k, v, shape, bias) {
      const inputs = bias === undefined ? [q, k, v] : [q, k, v, bias];
      const [out, probabilities] = runHostKernel(tf, attentionKernel, inputs, { ...shape });
      return { out: out!, probabilities: probabilities! };
    },
    attentionGradient(q, k, v, probabilities, dOut, shape, wantsBias = false) {
      const inputs = [q, k, v, probabilities, dOut];
      const [dq, dk, dv, dBias] = runHostKernel(tf, attentionGradientKernel, inputs, { ...shape, wantsBias });
      return { dq: dq!, dk: dk!, dv: dv!, ...(dBias !== undefined && { dBias }) };
    },
    columnSums: (x) => runHostKernel(tf, columnSumsKernel, [x], { width: x.shape[1]! })[0]!,
    rotate: (x, table) => runHostKernel(tf, rotateKernel, [x], { width: x.shape[1]!, table })[0]!,
    pickRows: (x, indices) => runHostKernel(tf, pickRowsKernel, [x], { indices })[0]!,
    spreadRows: (x, indices, rows) => runHostKernel(tf, spreadRowsKernel, [x], { indices, rows })[0]!,
  };
}
