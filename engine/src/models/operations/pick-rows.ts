import type { HostKernel } from './host-kernel.js';

/** Row `indices[i]` of x as row i: `[rows, width]` to `[indices, width]`. */
export const pickRowsKernel: HostKernel<{ readonly indices: Int32Array }> = {
  name: 'CruciblePickRows',
  outputShapes: ([x], { indices }) => [[indices.length, x![1]!]],
  compute([x], [out], { indices }) {
    const width = out!.length / indices.length;
    for (let i = 0; i < indices.length; i += 1) {
      const from = indices[i]! * width;
      out!.set(x!.subarray(from, from + width), i * width);
    }
  },
};

/** The transpose of picking: row i is added to row `indices[i]` of `[rows, width]`, in order of i, so the same input gives the same bytes. */
export const spreadRowsKernel: HostKernel<{ readonly indices: Int32Array; readonly rows: number }> = {
  name: 'CrucibleSpreadRows',
  outputShapes: ([x], { rows }) => [[rows, x![1]!]],
  compute([x], [out], { indices }) {
    const width = x!.length / indices.length;
    out!.fill(0);
    for (let i = 0; i < indices.length; i += 1) {
      const [from, to] = [i * width, indices[i]! * width];
      for (let d = 0; d < width; d += 1) out![to + d]! += x![from + d]!;
    }
  },
};
