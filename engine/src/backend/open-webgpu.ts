import { activate, type Occasion, type OpenedBackend, type TensorFlow } from './activate.js';

const DAWN_PACKAGE: string = 'webgpu';
const BACKEND_PACKAGE: string = '@tensorflow/tfjs-backend-webgpu';

/** What Dawn's Node package gives. */
interface Dawn {
  create(flags: string[]): { requestAdapter(): Promise<Adapter | null> };
  readonly globals: object;
}

interface Adapter {
  readonly info?: { readonly vendor?: string; readonly architecture?: string; readonly description?: string };
}

/** WebGPU through Dawn. A GPU that is simulated on the CPU works, but slower than WASM, so it only counts when asked for. */
export async function openWebGpu(tf: TensorFlow, occasion: Occasion): Promise<OpenedBackend> {
  const dawn = (await import(DAWN_PACKAGE)) as Dawn;
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) return { ok: false, why: 'Dawn finds no GPU adapter' };
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const device = description || `${vendor} ${architecture}`.trim() || 'unnamed adapter';
  const simulated = /llvmpipe|lavapipe|swiftshader|software/i.test(`${vendor} ${architecture} ${description}`);
  if (simulated && occasion === 'automatic') return { ok: false, why: `${device} is simulated on the CPU` };
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  await import(BACKEND_PACKAGE);
  return { ok: true, why: `WebGPU on ${device}`, dispose: await activate(tf, 'webgpu') };
}
