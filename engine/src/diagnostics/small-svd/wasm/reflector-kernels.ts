import { LANES, reflectorKernelCode } from './reflector-kernel-code.js';

/** What is used of the runtime's WebAssembly; its types come with browser libraries, which the engine does not have. */
interface WasmRuntime {
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: object } },
  ) => { readonly exports: object };
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmRuntime };

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

const PAGE = 65_536;
/** Room that is kept from one use to the next: a core of 256 × 256 and as many vectors. */
const KEPT = 160 * 1024;
let compiled: object | undefined;
let kept: ReflectorKernels | undefined;

/** Kernels with room for `count` float64, for one use: what an earlier use has left there is overwritten. */
export function borrowReflectorKernels(count: number): ReflectorKernels {
  if (count <= KEPT) return (kept ??= create(KEPT));
  return create(count);
}

function create(count: number): ReflectorKernels {
  compiled ??= new wasm.Module(reflectorKernelCode());
  const memory = new wasm.Memory({ initial: Math.ceil((count * 8) / PAGE) });
  const { exports } = new wasm.Instance(compiled, { env: { memory } });
  return { ...(exports as Omit<ReflectorKernels, 'floats'>), floats: new Float64Array(memory.buffer) };
}

/** The next multiple of what the kernels take at a time. */
export const padded = (length: number): number => Math.ceil(length / LANES) * LANES;
