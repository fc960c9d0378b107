import { open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCrucibleError, type CrucibleError } from '@crucible/engine/errors';
import { pluginErrors } from '../../errors.js';
import { packageSchema, type PackageJson } from './manifest-schema.js';
import { pluginLimits } from './plugin-limits.js';

/** @throws PLUGIN_INVALID_MANIFEST when there is a package.json that cannot be used; returns undefined where there is none. */
export async function readPackage(folder: string): Promise<PackageJson | undefined> {
  const text = await readCapped(join(folder, 'package.json'), folder);
  if (text === undefined) return undefined;
  const invalid = (problem: string, cause?: unknown): CrucibleError =>
    pluginErrors.invalidManifest({ package: folder, problem }, cause);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(`it is not JSON (${error instanceof Error ? error.message : String(error)})`, error);
  }
  const parsed = packageSchema.safeParse(json);
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  return parsed.data;
}

async function readCapped(path: string, folder: string): Promise<string | undefined> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = await handle.stat();
    if (size > pluginLimits.packageJsonBytes) {
      const problem = `it has ${size} bytes; at most ${pluginLimits.packageJsonBytes} are read`;
      throw pluginErrors.invalidManifest({ package: folder, problem });
    }
    return await handle.readFile('utf8');
  } catch (error) {
    if (isCrucibleError(error)) throw error;
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Finds an installed package as Node does: in the `node_modules` of `from` and of every folder above it. Links are resolved. */
export async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = await realpath(join(folder, 'node_modules', name)).catch(() => undefined);
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}
