import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { linkErrors } from './errors.js';
import type { TensorFlowInstallation } from './find-tensorflow.js';

const run = promisify(execFile);

export interface BuildAddonOptions {
  readonly installation: TensorFlowInstallation;
  /** Unpacked sources of @tensorflow/tfjs-node-gpu. */
  readonly sources: string;
  /** Unpacked node-api-headers. */
  readonly headers: string;
  /** Where `tfjs_binding.node` and `quiet.node` go. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

/** What tfjs-node 4.22 is published for, the stable Node-API of every Node since 16. */
const NAPI_VERSION = 8;
const QUIET = fileURLToPath(new URL('../../../native/quiet.cc', import.meta.url));

/**
 * Compiles tfjs-node's two C++ files against the C API of this TensorFlow, and the switch that keeps its log from the user. No node-gyp: it downloads Node's
 * headers, and Node-API's come from npm. The libraries stay where they are; the addon remembers that place.
 *
 * @throws linkErrors.compilerMissing, compilationFailed
 */
export async function buildAddon({ installation, sources, headers, folder, signal }: BuildAddonOptions): Promise<void> {
  const { include, libraries, files } = installation;
  const common = ['-O2', '-std=c++17', '-fPIC', `-DNAPI_VERSION=${NAPI_VERSION}`, `-I${join(headers, 'include')}`];
  const mac = process.platform === 'darwin';
  const kind = mac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
  await compile([...common, ...kind, QUIET, '-o', join(folder, 'quiet.node')], signal);
  await compile(
    [
      ...common,
      ...kind,
      `-I${sources}`,
      `-I${include}`,
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(sources, 'binding', file)),
      ...files.map((file) => join(libraries, file)),
      `-Wl,-rpath,${libraries}`,
      '-o',
      join(folder, 'tfjs_binding.node'),
    ],
    signal,
  );
}

async function compile(parameters: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const compiler = process.env['CXX'] || 'c++';
  try {
    await run(compiler, parameters, { maxBuffer: 1 << 24, ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT') throw linkErrors.compilerMissing({ compiler }, error);
    const said = stderr.split('\n').filter((line) => /error|undefined|cannot/i.test(line));
    throw linkErrors.compilationFailed({ output: (said[0] ?? stderr).slice(0, 500) }, error);
  }
}
