import type { HostKernel } from './host-kernel.js';

/** y = γ x / √(mean x² + ε), row by row of `[rows, width]`; the mean in float64. Inputs x, γ. */
export const rmsNormKernel: HostKernel<{ readonly epsilon: number }> = {
  name: 'CrucibleRmsNorm',
  outputShapes: ([x]) => [x!],
  compute([x, gamma], [y], { epsilon }) {
    const width = gamma!.length;
    for (let at = 0; at < x!.length; at += width) {
      const reciprocal = reciprocalRoot(x!, at, width, epsilon);
      for (let i = 0; i < width; i += 1) y![at + i] = x![at + i]! * reciprocal * gamma![i]!;
    }
  },
};

/** Inputs x, γ, dy; outputs dx, dγ. */
export const rmsNormGradientKernel: HostKernel<{ readonly epsilon: number }> = {
  name: 'CrucibleRmsNormGradient',
  outputShapes: ([x, gamma]) => [x!, gamma!],
  compute([x, gamma, dy], [dx, dGamma], { epsilon }) {
    const width = gamma!.length;
    const sums = new Float64Array(width);
    for (let at = 0; at < x!.length; at += width) {
      const reciprocal = reciprocalRoot(x!, at, width, epsilon);
      let along = 0;
      for (let i = 0; i < width; i += 1) {
        const normal = x![at + i]! * reciprocal;
        along += dy![at + i]! * gamma![i]! * normal;
        sums[i]! += dy![at + i]! * normal;
      }
      along /= width;
      for (let i = 0; i < width; i += 1) {
        const normal = x![at + i]! * reciprocal;
        dx![at + i] = reciprocal * (dy![at + i]! * gamma![i]! - normal * along);
      }
    }
    dGamma!.set(sums);
  },
};

function reciprocalRoot(x: Float32Array, at: number, width: number, epsilon: number): number {
  let sum = 0;
  for (let i = at; i < at + width; i += 1) sum += x[i]! * x[i]!;
  return 1 / Math.sqrt(sum / width + epsilon);
}
