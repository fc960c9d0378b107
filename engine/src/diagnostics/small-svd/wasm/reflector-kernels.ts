import { wasmInstances } from '../../../wasm/wasm-instances.js';
import { LANES, reflectorKernelCode } from './reflector-kernel-code.js';

/** Kernels over memory of their own. Pointers and steps are in bytes. */
export interface ReflectorKernels {
  readonly floats: Float64Array<ArrayBuffer>;
  readonly updateRows: (
    x: number,
    xEnd: number,
    xStep: number,
    width: number,
    v: number,
    w: number,
    next: number,
    image: number,
    a: number,
    b: number,
  ) => void;
  readonly reflectRows: (y: number, yEnd: number, yStep: number, width: number, v: number, factor: number) => void;
}

const instantiate = wasmInstances(reflectorKernelCode);
/** Room that is kept from one use to the next: a core of 256 × 256 and as many vectors. */
const KEPT = 160 * 1024;
let kept: ReflectorKernels | undefined;

/** Kernels with room for `count` float64, for one use: what an earlier use has left there is overwritten. */
export function borrowReflectorKernels(count: number): ReflectorKernels {
  if (count <= KEPT) return (kept ??= create(KEPT));
  return create(count);
}

function create(count: number): ReflectorKernels {
  const { exports, buffer } = instantiate(count * Float64Array.BYTES_PER_ELEMENT);
  return { ...(exports as Omit<ReflectorKernels, 'floats'>), floats: new Float64Array(buffer) };
}

/** The next multiple of what the kernels take at a time. */
export const padded = (length: number): number => Math.ceil(length / LANES) * LANES;
