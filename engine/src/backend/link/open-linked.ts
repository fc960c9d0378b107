import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { activate, type OpenedBackend, type TensorFlow } from '../activate.js';
import { linkFolder } from './link-folder.js';
import { readLinkRecord } from './link-record.js';
import { withLinkedResolution } from './resolve-linked.js';

interface Binding {
  isUsingGpuDevice?(): boolean;
}

interface NodeBackendModule {
  readonly NodeJSKernelBackend: new (binding: Binding, packageName: string) => KernelBackend;
}

interface Quiet {
  mute(): void;
  unmute(): void;
}

/**
 * The TensorFlow that `crucible link-tensorflow` remembered, as tfjs's backend `tensorflow`. Its log stays out of sight unless `TF_CPP_MIN_LOG_LEVEL` is set;
 * what goes wrong is thrown.
 */
export async function openLinkedTensorFlow(
  tf: TensorFlow,
  gpu: boolean,
  folder: string = linkFolder(),
): Promise<OpenedBackend> {
  const record = await readLinkRecord(folder);
  if (record === undefined) return { ok: false, why: 'no TensorFlow is linked (npx crucible link-tensorflow)' };
  if (!existsSync(record.libraries)) {
    const why = `the TensorFlow that was linked is gone from ${record.libraries}; link it again (npx crucible link-tensorflow)`;
    return { ok: false, why };
  }
  const load = createRequire(join(folder, 'load.cjs'));
  const quiet = process.env['TF_CPP_MIN_LOG_LEVEL'] === undefined ? (load('./quiet.node') as Quiet) : undefined;
  if (quiet !== undefined) process.env['TF_CPP_MIN_LOG_LEVEL'] = '3';
  quiet?.mute();
  try {
    if (tf.findBackendFactory('tensorflow') === null) register(tf, load, folder);
    const dispose = await activate(tf, 'tensorflow');
    const usesGpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
    if (gpu && !usesGpu) return { ok: false, why: `the linked TensorFlow finds no CUDA device` };
    const name = `TensorFlow ${record.tensorflow ?? ''}`.trim();
    return { ok: true, why: `${name} on ${usesGpu ? 'a CUDA device' : 'the CPU'}`, dispose };
  } finally {
    quiet?.unmute();
  }
}

function register(tf: TensorFlow, load: NodeJS.Require, folder: string): void {
  withLinkedResolution(folder, () => {
    const binding = load('./tfjs_binding.node') as Binding;
    load('./addon/dist/register_all_kernels.js');
    const { NodeJSKernelBackend } = load('./addon/dist/nodejs_kernel_backend.js') as NodeBackendModule;
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'), 3);
  });
}
