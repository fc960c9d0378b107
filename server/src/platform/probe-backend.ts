import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BackendChoice } from './platform.js';

const PROBE = fileURLToPath(new URL('../../dist/compute/probe.js', import.meta.url));

/**
 * Which backend jobs will compute on, asked of a process that looks exactly as they will. The API itself opens none: a native one may end the
 * process that tries it, and holds memory.
 */
export async function probeBackend(): Promise<BackendChoice> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE], { timeout: 60_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as BackendChoice;
}
