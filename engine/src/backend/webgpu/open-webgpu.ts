import { activate, type Occasion, type OpenedBackend, type TensorFlow } from '../activate.js';
import type { Adapter, Dawn, Gpu, PowerPreference, WebGpuBackend, WebGpuModule } from './dawn.js';
import { guardDevice } from './guard-device.js';

const DAWN_PACKAGE: string = 'webgpu';
const BACKEND_PACKAGE: string = '@tensorflow/tfjs-backend-webgpu';

/** As large as the adapter allows; WebGPU's own defaults stop at buffers of 256 MiB, and bind 128 of them. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/**
 * WebGPU through Dawn. `CRUCIBLE_WEBGPU_ADAPTER` is `low-power`, `high-performance` (the default) or the name of an adapter. A GPU that is simulated on
 * the CPU works, but slower than WASM, so it only counts when asked for.
 */
export async function openWebGpu(tf: TensorFlow, occasion: Occasion): Promise<OpenedBackend> {
  const dawn = (await import(DAWN_PACKAGE)) as Dawn;
  const asked = adapterAsked();
  const gpu = instanceOf(dawn, asked.flags);
  const adapter = await requestAdapter(gpu, asked);
  if (adapter === null) return { ok: false, why: 'Dawn finds no GPU adapter' };
  const { vendor = '', architecture = '', description = '' } = adapter.info ?? {};
  const device = description || `${vendor} ${architecture}`.trim() || 'unnamed adapter';
  const simulated = /llvmpipe|lavapipe|swiftshader|software/i.test(`${vendor} ${architecture} ${description}`);
  if (simulated && occasion === 'automatic') return { ok: false, why: `${device} is simulated on the CPU` };
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  const { WebGPUBackend } = (await import(BACKEND_PACKAGE)) as WebGpuModule;
  // Its own factory takes any adapter, and an adapter gives one device only.
  if (tf.findBackendFactory('webgpu') !== null) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => openDevice(gpu, asked, WebGPUBackend), 3);
  return { ok: true, why: `WebGPU on ${device}`, dispose: await activate(tf, 'webgpu') };
}

/** One instance per choice, kept for good: Dawn ends the process when an instance goes while work of its devices is still under way. */
const instances = new Map<string, Gpu>();

function instanceOf(dawn: Dawn, flags: string[]): Gpu {
  const key = flags.join(' ');
  const gpu = instances.get(key) ?? dawn.create(flags);
  instances.set(key, gpu);
  return gpu;
}

interface AskedAdapter {
  readonly name?: string;
  readonly flags: string[];
  readonly powerPreference: PowerPreference;
}

function adapterAsked(): AskedAdapter {
  const asked = process.env['CRUCIBLE_WEBGPU_ADAPTER'] ?? '';
  if (asked === 'low-power' || asked === 'high-performance') return { flags: [], powerPreference: asked };
  if (asked === '') return { flags: [], powerPreference: 'high-performance' };
  return { name: asked, flags: [`adapter=${asked}`], powerPreference: 'high-performance' };
}

/** Dawn throws where no adapter has the name that was asked for, and lists those that there are on lines of their own. */
async function requestAdapter(gpu: Gpu, { name, powerPreference }: AskedAdapter): Promise<Adapter | null> {
  try {
    return await gpu.requestAdapter({ powerPreference });
  } catch (error) {
    const said = String((error as Error).message)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ');
    const asked = name === undefined ? '' : `no adapter is named ${name} (CRUCIBLE_WEBGPU_ADAPTER): `;
    throw new Error(`${asked}${said}`, { cause: error });
  }
}

async function openDevice(
  gpu: Gpu,
  asked: AskedAdapter,
  WebGPUBackend: WebGpuModule['WebGPUBackend'],
): Promise<WebGpuBackend> {
  const adapter = await requestAdapter(gpu, asked);
  if (adapter === null) throw new Error('Dawn finds its GPU adapter no more');
  const device = await adapter.requestDevice({
    requiredFeatures: ['bgra8unorm-storage'].filter((name) => adapter.features.has(name)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]!])),
  });
  return guardDevice(new WebGPUBackend(device, adapter.info));
}
