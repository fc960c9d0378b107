import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { linkErrors } from './errors.js';

const run = promisify(execFile);

export const ADDON_VERSION = '4.22.0';
const ADDON = `@tensorflow/tfjs-node-gpu@${ADDON_VERSION}`;
const HEADERS = 'node-api-headers@1.9.0';
/** The one dependency of the addon's JavaScript beside tfjs itself. */
const PROTOBUF = 'google-protobuf@3.21.4';

export interface AddonSources {
  readonly addon: string;
  readonly headers: string;
}

/**
 * npm's own sources of the addon, what its JavaScript needs, and the headers of Node-API, unpacked into `folder`. npm checks them against its registry's digests; none of their
 * scripts is run.
 *
 * @throws linkErrors.sourcesMissing
 */
export async function fetchSources(folder: string, signal?: AbortSignal): Promise<AddonSources> {
  const packages = [ADDON, HEADERS, PROTOBUF];
  const options = { cwd: folder, maxBuffer: 1 << 24, ...(signal && { signal }) };
  try {
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', ...packages], options);
    const packed = JSON.parse(stdout) as readonly { readonly name: string; readonly filename: string }[];
    const addon = join(folder, 'addon');
    const headers = join(folder, 'headers');
    const targets = new Map([
      [nameOf(ADDON), addon],
      [nameOf(HEADERS), headers],
      [nameOf(PROTOBUF), join(addon, 'node_modules', 'google-protobuf')],
    ]);
    for (const [name, target] of targets) {
      const { filename } = packed.find((one) => one.name === name)!;
      await mkdir(target, { recursive: true });
      // npm of before version 9 told the name with the scope's at sign and slash.
      const file = join(folder, filename.replace('@', '').replace('/', '-'));
      await run('tar', ['-xzf', file, '-C', target, '--strip-components=1']);
    }
    return { addon, headers };
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    const why = (stderr || message).split('\n').find((line) => line.trim() !== '') ?? 'no reason given';
    throw linkErrors.sourcesMissing({ packages, why }, error);
  }
}

const nameOf = (specifier: string): string => specifier.slice(0, specifier.lastIndexOf('@'));
