import type { HostKernel } from './host-kernel.js';

/** Sums over rows: `[rows, width]` to `[width]`, in float64. */
export const columnSumsKernel: HostKernel<{ readonly width: number }> = {
  name: 'CrucibleColumnSums',
  outputShapes: (_, { width }) => [[width]],
  compute([x], [out], { width }) {
    const sums = new Float64Array(width);
    for (let at = 0; at < x!.length; at += width) {
      for (let i = 0; i < width; i += 1) sums[i]! += x![at + i]!;
    }
    out!.set(sums);
  },
};
