import { wasmInstances } from '../../wasm/wasm-instances.js';
import { algebraKernelCode, TILE } from './algebra-kernel-code.js';

/** Kernels over memory of their own, which never grows, so that views of it stay valid. Pointers and steps are in bytes. */
export interface AlgebraKernels {
  readonly floats: Float64Array<ArrayBuffer>;
  readonly tilesOfColumn: (
    c: number,
    cEnd: number,
    cStep: number,
    x: number,
    tileStep: number,
    rowStep: number,
    innerStep: number,
    y: number,
    yEnd: number,
  ) => void;
  readonly packStrip: (out: number, end: number, y: number, yStep: number) => void;
  readonly packRows: (out: number, end: number, y: number, yStep: number) => void;
  readonly dot: (x: number, end: number, y: number) => number;
  readonly rotate: (x: number, end: number, y: number, cosine: number, sine: number) => void;
  readonly addScaled: (x: number, end: number, y: number, factor: number) => void;
}

const instantiate = wasmInstances(algebraKernelCode);

/** Kernels with room for `count` float64. */
export function createAlgebraKernels(count: number): AlgebraKernels {
  const { exports, buffer } = instantiate(count * Float64Array.BYTES_PER_ELEMENT);
  return { ...(exports as Omit<AlgebraKernels, 'floats'>), floats: new Float64Array(buffer) };
}

/** Room to begin with, 2 MB: a core of 256 × 256 with its rotations, rounded up. */
const LEAST_KEPT = 256 * 1024;
/** 64 MB, a core of 2000 × 2000: what needs more gets memory of its own, which is gone afterwards. */
const MOST_KEPT = 8 * 1024 * 1024;
let kept: AlgebraKernels | undefined;

/**
 * Kernels with room for `count` float64, for one use: what an earlier use has left there is overwritten. One memory serves all uses and only grows, since
 * memories are large things to the runtime and are collected late.
 */
export function borrowAlgebraKernels(count: number): AlgebraKernels {
  if (count > MOST_KEPT) return createAlgebraKernels(count);
  if (kept === undefined || kept.floats.length < count) {
    kept = createAlgebraKernels(Math.min(MOST_KEPT, Math.max(LEAST_KEPT, 2 * count)));
  }
  return kept;
}

/** The next multiple of `TILE`. */
export const padded = (length: number): number => Math.ceil(length / TILE) * TILE;
