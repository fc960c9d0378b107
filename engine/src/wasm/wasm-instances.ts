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

export interface WasmInstance {
  readonly exports: object;
  readonly buffer: ArrayBuffer;
}

const PAGE = 65_536;

/** Makes instances of one module, which is compiled when the first is asked for. Each has a memory of its own, which never grows, so that views of it stay valid. */
export function wasmInstances(code: () => Uint8Array<ArrayBuffer>): (bytes: number) => WasmInstance {
  let compiled: object | undefined;
  return (bytes) => {
    compiled ??= new wasm.Module(code());
    const memory = new wasm.Memory({ initial: Math.ceil(bytes / PAGE) });
    const { exports } = new wasm.Instance(compiled, { env: { memory } });
    return { exports, buffer: memory.buffer };
  };
}
