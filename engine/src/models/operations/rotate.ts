import type { HostKernel } from './host-kernel.js';

/**
 * Cosines and sines of rotary positions, `[positions, size / 2]` for heads of `size` columns. Row r of what is rotated has position r mod positions: one
 * table serves a batch of equal positions, and one as long as the batch serves any.
 */
export interface RotaryTable {
  readonly heads: number;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** Rotates back: what is orthogonal has its transpose as inverse, and as gradient. */
export const inverseRotary = ({ heads, cosines, sines }: RotaryTable): RotaryTable => ({
  heads,
  cosines,
  sines: sines.map((x) => -x),
});

/** Column d and column d + size / 2 of each head turn together: (x, y) → (x cos − y sin, y cos + x sin). */
export const rotateKernel: HostKernel<{ readonly width: number; readonly table: RotaryTable }> = {
  name: 'CrucibleRotate',
  outputShapes: ([x]) => [x!],
  compute([x], [out], { width, table: { heads, cosines, sines } }) {
    const size = width / heads;
    const half = size / 2;
    for (let row = 0, at = 0; at < x!.length; row += 1, at += width) {
      const tableAt = (row * half) % cosines.length;
      for (let head = 0; head < heads; head += 1) {
        const first = at + head * size;
        for (let d = 0; d < half; d += 1) {
          const c = cosines[tableAt + d]!;
          const s = sines[tableAt + d]!;
          const a = x![first + d]!;
          const b = x![first + half + d]!;
          out![first + d] = a * c - b * s;
          out![first + half + d] = b * c + a * s;
        }
      }
    }
  },
};
