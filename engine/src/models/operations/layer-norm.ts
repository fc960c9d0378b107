import type { HostKernel } from './host-kernel.js';

export interface LayerNormAttrs {
  readonly epsilon: number;
}

/** y = γ (x − mean) / √(var + ε) + β, row by row of `[rows, width]`; statistics in float64. Inputs x, γ, β. */
export const layerNormKernel: HostKernel<LayerNormAttrs> = {
  name: 'CrucibleLayerNorm',
  outputShapes: ([x]) => [x!],
  compute([x, gamma, beta], [y], { epsilon }) {
    const width = gamma!.length;
    for (let at = 0; at < x!.length; at += width) {
      const mean = rowMean(x!, at, width);
      const rstd = reciprocalDeviation(x!, at, width, mean, epsilon);
      for (let i = 0; i < width; i += 1) y![at + i] = (x![at + i]! - mean) * rstd * gamma![i]! + beta![i]!;
    }
  },
};

/** Inputs x, γ, dy; outputs dx, dγ, dβ. The statistics are computed again: cheaper than keeping them. */
export const layerNormGradientKernel: HostKernel<LayerNormAttrs> = {
  name: 'CrucibleLayerNormGradient',
  outputShapes: ([x, gamma]) => [x!, gamma!, gamma!],
  compute([x, gamma, dy], [dx, dGamma, dBeta], { epsilon }) {
    const width = gamma!.length;
    const sumGamma = new Float64Array(width);
    const sumBeta = new Float64Array(width);
    for (let at = 0; at < x!.length; at += width) {
      const mean = rowMean(x!, at, width);
      const rstd = reciprocalDeviation(x!, at, width, mean, epsilon);
      let meanG = 0;
      let meanGX = 0;
      for (let i = 0; i < width; i += 1) {
        const d = dy![at + i]!;
        const normal = (x![at + i]! - mean) * rstd;
        const g = d * gamma![i]!;
        meanG += g;
        meanGX += g * normal;
        sumGamma[i]! += d * normal;
        sumBeta[i]! += d;
      }
      meanG /= width;
      meanGX /= width;
      for (let i = 0; i < width; i += 1) {
        const normal = (x![at + i]! - mean) * rstd;
        dx![at + i] = rstd * (dy![at + i]! * gamma![i]! - meanG - normal * meanGX);
      }
    }
    dGamma!.set(sumGamma);
    dBeta!.set(sumBeta);
  },
};

function rowMean(x: Float32Array, at: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i += 1) sum += x[at + i]!;
  return sum / width;
}

function reciprocalDeviation(x: Float32Array, at: number, width: number, mean: number, epsilon: number): number {
  let sum = 0;
  for (let i = 0; i < width; i += 1) {
    const d = x[at + i]! - mean;
    sum += d * d;
  }
  return 1 / Math.sqrt(sum / width + epsilon);
}
