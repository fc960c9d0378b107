import type { HostKernel } from './host-kernel.js';

/**
 * All but tanh are u times a gate: σ(1.702 u) in `quick_gelu`, Φ(u) with the exact normal distribution function in `gelu`, its approximation by tanh in
 * `gelu_new`, σ(u) in `silu`, the step in `relu`.
 */
export type Activation = 'quick_gelu' | 'gelu' | 'gelu_new' | 'silu' | 'relu' | 'tanh';

/** The slope of the sigmoid in quick_gelu. */
export const QUICK_GELU_SLOPE = 1.702;

/** gelu_new's gate is (1 + tanh z) / 2 = σ(2 z) with z = √(2/π) (u + 0.044715 u³). */
export const GELU_NEW_SLOPE = 2 * Math.sqrt(2 / Math.PI);
export const GELU_NEW_CUBE = 0.044715;

/** Inputs u, gate (of tanh: its value), dy; output du. */
export const activationGradientKernel: HostKernel<{ readonly kind: Activation }> = {
  name: 'CrucibleActivationGradient',
  outputShapes: ([u]) => [u!],
  compute([u, gate, dy], [du], { kind }) {
    gradients[kind](u!, gate!, dy!, du!);
  },
};

type Gradient = (u: Float32Array, gate: Float32Array, dy: Float32Array, du: Float32Array) => void;

/** One loop each: a call per entry would cost more than the arithmetic. */
const gradients: Readonly<Record<Activation, Gradient>> = {
  quick_gelu(u, gate, dy, du) {
    for (let i = 0; i < u.length; i += 1) {
      const g = gate[i]!;
      du[i] = dy[i]! * g * (1 + QUICK_GELU_SLOPE * u[i]! * (1 - g));
    }
  },
  gelu(u, gate, dy, du) {
    const density = 1 / Math.sqrt(2 * Math.PI);
    for (let i = 0; i < u.length; i += 1) {
      const x = u[i]!;
      du[i] = dy[i]! * (gate[i]! + x * density * Math.exp(-0.5 * x * x));
    }
  },
  gelu_new(u, gate, dy, du) {
    for (let i = 0; i < u.length; i += 1) {
      const x = u[i]!;
      const g = gate[i]!;
      du[i] = dy[i]! * g * (1 + x * (1 - g) * GELU_NEW_SLOPE * (1 + 3 * GELU_NEW_CUBE * x * x));
    }
  },
  silu(u, gate, dy, du) {
    for (let i = 0; i < u.length; i += 1) du[i] = dy[i]! * gate[i]! * (1 + u[i]! * (1 - gate[i]!));
  },
  relu(u, gate, dy, du) {
    for (let i = 0; i < u.length; i += 1) du[i] = dy[i]! * gate[i]!;
  },
  tanh(u, value, dy, du) {
    for (let i = 0; i < u.length; i += 1) du[i] = dy[i]! * (1 - value[i]! * value[i]!);
  },
};
