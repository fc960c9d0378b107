import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { activate, type Occasion, type OpenedBackend, type TensorFlow } from './activate.js';
import type { BackendName } from './backend-name.js';
import { linkFolder } from './link/link-folder.js';
import { readLinkRecord } from './link/link-record.js';
import { openLinkedTensorFlow } from './link/open-linked.js';
import { openWebGpu } from './webgpu/open-webgpu.js';

export type BackendOpener = (tf: TensorFlow, occasion: Occasion) => Promise<OpenedBackend>;

/** One attempt per backend. None throws: what is missing or broken is an answer. */
export const openers: Readonly<Record<BackendName, BackendOpener>> = {
  'tensorflow-gpu': (tf) => attempt(() => openTensorFlow(tf, true)),
  webgpu: (tf, occasion) => attempt(() => openWebGpu(tf, occasion)),
  'tensorflow-cpu': (tf) => attempt(() => openTensorFlow(tf, false)),
  wasm: (tf) => attempt(() => openWasm(tf)),
  cpu: (tf) => attempt(() => openCpu(tf)),
};

async function attempt(open: () => Promise<OpenedBackend>): Promise<OpenedBackend> {
  try {
    return await open();
  } catch (error) {
    return { ok: false, why: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const [firstLine = ''] = String(message ?? error).split('\n');
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    const [, name] = /Cannot find (?:package|module) '([^']+)'/.exec(firstLine) ?? [];
    return `${name !== undefined && !name.startsWith(sep) ? name : 'a package that it needs'} is not installed`;
  }
  return firstLine;
}

/** By a name that the compiler does not see: the package is an optional peer, and must not be needed to build. */
const TENSORFLOW_PACKAGE: string = '@tensorflow/tfjs-node-gpu';

/** What was linked on purpose comes before what npm's package downloads: a TensorFlow of today before one of 2022. */
async function openTensorFlow(tf: TensorFlow, gpu: boolean): Promise<OpenedBackend> {
  const linked = await openLinkedTensorFlow(tf, gpu);
  if (linked.ok || (await readLinkRecord(linkFolder())) !== undefined) return linked;
  const packaged = await attempt(() => openPackagedTensorFlow(tf, gpu));
  return packaged.ok ? packaged : { ok: false, why: `${packaged.why}; ${linked.why}` };
}

async function openPackagedTensorFlow(tf: TensorFlow, gpu: boolean): Promise<OpenedBackend> {
  await import(TENSORFLOW_PACKAGE);
  const dispose = await activate(tf, 'tensorflow');
  const usesGpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
  if (gpu && !usesGpu) return { ok: false, why: `${TENSORFLOW_PACKAGE} is installed but finds no CUDA device` };
  return { ok: true, why: usesGpu ? 'libtensorflow on a CUDA device' : 'libtensorflow on the CPU', dispose };
}

async function openWasm(tf: TensorFlow): Promise<OpenedBackend> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(main)}${sep}`);
  const dispose = await withoutProcessListeners(() => activate(tf, 'wasm'));
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { ok: true, why: `WebAssembly ${simd === true ? 'with' : 'without'} SIMD, on the CPU`, dispose };
}

async function openCpu(tf: TensorFlow): Promise<OpenedBackend> {
  await import('@tensorflow/tfjs-backend-cpu');
  return { ok: true, why: 'plain JavaScript, which works everywhere and is slow', dispose: await activate(tf, 'cpu') };
}

/** Emscripten's start-up code listens for every uncaught error of the process and throws it again: not a library's business. */
async function withoutProcessListeners<T>(work: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  try {
    return await work();
  } finally {
    events.forEach((event, index) => {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[index]!.has(listener)) process.removeListener(event, listener);
      }
    });
  }
}
