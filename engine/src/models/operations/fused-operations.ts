import { activationGradientKernel } from './activation.js';
import { attentionGradientKernel, attentionKernel } from './attention.js';
import { columnSumsKernel } from './column-sums.js';
import { composedOperations } from './composed-operations.js';
import { hasHostMemory, runHostKernel, type TensorFlow } from './host-kernel.js';
import { layerNormGradientKernel, layerNormKernel } from './layer-norm.js';
import type { FusedOperations } from './operations.js';

/** Typed-array kernels where tensors lie in this process's memory (WASM, plain JS), compositions of the backend's own operations elsewhere. */
export function fusedOperations(tf: TensorFlow): FusedOperations {
  const composed = composedOperations(tf);
  return hasHostMemory(tf) ? { ...composed, ...hostOperations(tf) } : composed;
}

function hostOperations(tf: TensorFlow): Omit<FusedOperations, 'activate'> {
  return {
    layerNorm: (x, gamma, beta, epsilon) => runHostKernel(tf, layerNormKernel, [x, gamma, beta], { epsilon })[0]!,
    layerNormGradient(x, gamma, dy, epsilon) {
      const [dx, dGamma, dBeta] = runHostKernel(tf, layerNormGradientKernel, [x, gamma, dy], { epsilon });
      return { dx: dx!, dGamma: dGamma!, dBeta: dBeta! };
    },
    activationGradient: (kind, u, gate, dy) => runHostKernel(tf, activationGradientKernel, [u, gate, dy], { kind })[0]!,
    attention(q, k, v, shape) {
      const [out, probabilities] = runHostKernel(tf, attentionKernel, [q, k, v], { ...shape });
      return { out: out!, probabilities: probabilities! };
    },
    attentionGradient(q, k, v, probabilities, dOut, shape) {
      const inputs = [q, k, v, probabilities, dOut];
      const [dq, dk, dv] = runHostKernel(tf, attentionGradientKernel, inputs, { ...shape });
      return { dq: dq!, dk: dk!, dv: dv! };
    },
    columnSums: (x) => runHostKernel(tf, columnSumsKernel, [x], { width: x.shape[1]! })[0]!,
  };
}
