import { TILE_COLUMNS, TILE_DEPTH } from './matrix-product.js';

/** A stretch of float32 in the kernels' memory. */
export interface Block {
  /** Byte offset. */
  readonly at: number;
  /** Numbers. */
  readonly length: number;
}

const ALIGNMENT = 64;

/** Hands out memory before there is any: first everything is asked for, then a memory of `bytes` is made. */
export class MemoryPlan {
  #bytes = ALIGNMENT;

  get bytes(): number {
    return this.#bytes;
  }

  take(length: number): Block {
    const at = this.#bytes;
    this.#bytes = Math.ceil((at + length * 4) / ALIGNMENT) * ALIGNMENT;
    return { at, length };
  }
}

/** Columns `[depth][columns]` of a row-major matrix as panels `[columns / 8][depth][8]`, the depth filled up with zeros. */
export function packPanels(
  from: Float32Array,
  to: Float32Array,
  { depth, columns, stride = columns, at = 0 }: PanelShape,
): void {
  const filled = paddedDepth(depth);
  if (filled !== depth) to.fill(0);
  for (let panel = 0; panel < columns; panel += TILE_COLUMNS) {
    let write = panel * filled;
    let read = at + panel;
    for (let k = 0; k < depth; k += 1, read += stride) {
      for (let j = 0; j < TILE_COLUMNS; j += 1) to[write + j] = from[read + j]!;
      write += TILE_COLUMNS;
    }
  }
}

export interface PanelShape {
  readonly depth: number;
  readonly columns: number;
  /** From one row to the next; the columns unless given. */
  readonly stride?: number;
  /** Where the matrix begins. */
  readonly at?: number;
}

export const paddedDepth = (depth: number): number => TILE_DEPTH * Math.ceil(depth / TILE_DEPTH);
