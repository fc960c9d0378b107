import { assemble } from '../kernels/wasm/assembler.js';
import { get, v128 } from '../kernels/wasm/instructions.js';
import { I32 } from '../kernels/wasm/assembler.js';
import { attentionCode, type AttentionSize } from './attention-code.js';
import { layerNormCode } from './layer-norm-code.js';
import { matrixProduct } from './matrix-product.js';
import { multiplyAdd } from './simd.js';

/** What is used of the runtime's WebAssembly; its types come with browser libraries, which the engine does not have. */
interface WasmRuntime {
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: object } },
  ) => { readonly exports: object };
  readonly validate: (code: Uint8Array<ArrayBuffer>) => boolean;
}
const { WebAssembly: wasm } = globalThis as unknown as { readonly WebAssembly: WasmRuntime };

type Product = (
  a: number,
  aEnd: number,
  b: number,
  bEnd: number,
  c: number,
  bias: number,
  depth: number,
  aStep: number,
  cStep: number,
) => void;

/** Kernels over memory of their own. Pointers and steps are in bytes. */
export interface TowerKernels {
  readonly buffer: ArrayBuffer;
  readonly productStore: Product;
  readonly productGelu: Product;
  readonly productAdd: Product;
  readonly layerNorm: (x: number, end: number, y: number, gamma: number, beta: number) => void;
  readonly transposeKeys: (k: number, end: number, step: number, to: number) => void;
  readonly scores: (q: number, end: number, step: number, keys: number, to: number) => void;
  readonly dots: (u: number, x: number, end: number, to: number) => void;
  readonly softmax: (p: number, end: number) => void;
  readonly mix: (p: number, end: number, v: number, vStep: number, to: number, toStep: number) => void;
}

const PAGE = 65_536;

/** Whether products and sums are rounded once here: `relaxed_madd`, which a runtime may lack. */
export const fusesProducts = (): boolean => (fused ??= wasm.validate(probe()));
let fused: boolean | undefined;

function probe(): Uint8Array<ArrayBuffer> {
  const load = v128.load(get(0));
  const body = v128.store(get(0), multiplyAdd(true)(load, load, load));
  return assemble([{ name: 'probe', parameters: [I32], results: [], locals: [], body }]);
}

export interface KernelSizes extends AttentionSize {
  readonly epsilon: number;
  readonly bytes: number;
}

/** Kernels for a tower of these sizes, with a memory that never grows, so that views of it stay valid. */
export function createTowerKernels({ bytes, epsilon, ...size }: KernelSizes): TowerKernels {
  const add = multiplyAdd(fusesProducts());
  const code = assemble([
    matrixProduct('productStore', 'STORE', add),
    matrixProduct('productGelu', 'QUICK_GELU', add),
    matrixProduct('productAdd', 'ADD', add),
    layerNormCode(size.width, epsilon, add),
    ...attentionCode(size, add),
  ]);
  const memory = new wasm.Memory({ initial: Math.ceil(bytes / PAGE) });
  const { exports } = new wasm.Instance(new wasm.Module(code), { env: { memory } });
  return { ...(exports as Omit<TowerKernels, 'buffer'>), buffer: memory.buffer };
}
