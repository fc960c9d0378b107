import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildAddon } from './build-addon.js';
import { linkErrors } from './errors.js';
import { ADDON_VERSION, fetchSources } from './fetch-sources.js';
import { findInFolder, findInPython } from './find-tensorflow.js';
import { linkFolder } from './link-folder.js';
import { LINK_RECORD, type LinkRecord } from './link-record.js';
import type { LinkProbe } from './probe.js';

const run = promisify(execFile);
const PROBE = fileURLToPath(new URL('probe.js', import.meta.url));

export interface LinkTensorFlowOptions {
  /** Interpreter of the environment that has TensorFlow; `python3` of the path unless given. */
  readonly python?: string | undefined;
  /** A folder with the C library instead. */
  readonly lib?: string | undefined;
  /** Fail unless it computes on a CUDA device. */
  readonly gpu?: boolean | undefined;
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((step: string) => void) | undefined;
}

export interface LinkedTensorFlow extends LinkRecord {
  readonly folder: string;
  readonly probe: LinkProbe;
}

/**
 * Links a TensorFlow of this machine as tfjs-node's: found, the addon built against it from npm's sources, checked by a matrix product and a gradient in a
 * process of its own, and only then put where it is remembered. What was linked before stays until the new one has passed.
 *
 * @throws linkErrors
 */
export async function linkTensorFlow(options: LinkTensorFlowOptions = {}): Promise<LinkedTensorFlow> {
  const { python = 'python3', lib, gpu = false, folder = linkFolder(), signal, onProgress } = options;
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw linkErrors.platform({ got: process.platform });
  }
  const installation = lib === undefined ? await findInPython(python) : await findInFolder(lib);
  onProgress?.(`found TensorFlow ${installation.version ?? ''} in ${installation.libraries}`.replace('  ', ' '));
  await mkdir(dirname(folder), { recursive: true });
  // Beside its place, so that moving it there is one step.
  const made = await mkdtemp(`${folder}-`);
  try {
    onProgress?.('fetching the sources of the addon from npm');
    const { headers, addon } = await fetchSources(made, signal);
    onProgress?.('compiling the addon');
    await buildAddon({ installation, sources: addon, headers, folder: made, signal });
    const { libraries, version } = installation;
    const record: LinkRecord = { version: 1, tensorflow: version, libraries, addon: ADDON_VERSION, gpu };
    await writeFile(join(made, LINK_RECORD), `${JSON.stringify(record, null, 2)}\n`);
    onProgress?.('checking a matrix product and a gradient');
    const probe = await probeLink(made, signal);
    if (gpu && !probe.gpu) throw linkErrors.gpuMissing({ libraries });
    await rm(headers, { recursive: true });
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
    return { ...record, folder, probe };
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Forgets a linked TensorFlow. Returns whether there was one. */
export async function unlinkTensorFlow(folder: string = linkFolder()): Promise<boolean> {
  try {
    await rm(folder, { recursive: true });
    return true;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return false;
    throw error;
  }
}

/** In a process of its own: a library that does not fit ends the process that loads it. */
async function probeLink(folder: string, signal: AbortSignal | undefined): Promise<LinkProbe> {
  try {
    const { stdout } = await run(process.execPath, [PROBE, folder], {
      timeout: PROBE_MILLISECONDS,
      ...(signal && { signal }),
    });
    return JSON.parse(stdout) as LinkProbe;
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr, message, killed } = error as { stderr?: string; message: string; killed?: boolean };
    const said = (stderr || message).split('\n').find((line) => /error/i.test(line)) ?? message;
    throw linkErrors.probeFailed({ why: killed === true ? 'it took longer than two minutes' : said.trim() }, error);
  }
}

/** CUDA compiles kernels for a new card on its first use. */
const PROBE_MILLISECONDS = 120_000;
