import type { HostKernel } from './host-kernel.js';

/** `quick_gelu` is u·σ(1.702 u); `gelu` is u·Φ(u) with the exact normal distribution function. */
export type Activation = 'quick_gelu' | 'gelu';

/** The slope of the sigmoid in quick_gelu. */
export const QUICK_GELU_SLOPE = 1.702;

/** Inputs u, gate (σ(1.702 u) or Φ(u)), dy; output du. */
export const activationGradientKernel: HostKernel<{ readonly kind: Activation }> = {
  name: 'CrucibleActivationGradient',
  outputShapes: ([u]) => [u!],
  compute([u, gate, dy], [du], { kind }) {
    if (kind === 'quick_gelu') {
      for (let i = 0; i < u!.length; i += 1) {
        const g = gate![i]!;
        du![i] = dy![i]! * g * (1 + QUICK_GELU_SLOPE * u![i]! * (1 - g));
      }
      return;
    }
    const density = 1 / Math.sqrt(2 * Math.PI);
    for (let i = 0; i < u!.length; i += 1) {
      const x = u![i]!;
      du![i] = dy![i]! * (gate![i]! + x * density * Math.exp(-0.5 * x * x));
    }
  },
};
