import { readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { uploadErrors } from '../uploads/errors.js';
import { findAdapterFiles } from '../uploads/find-adapter-files.js';
import { isWanted } from '../uploads/wanted-file.js';
import { importErrors } from './errors.js';

/** Entries of one adapter's folder that are looked at. */
const FOLDER_ENTRIES = 1000;

/** The folder that the operator has opened for imports; undefined: none. */
export function importRoot(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const root = env['CRUCIBLE_IMPORT_ROOT']?.trim();
  return root ? resolve(root) : undefined;
}

/**
 * The real path of what `path` names inside of `root`. Links are followed first and judged by where they lead.
 *
 * @throws IMPORT_ROOT_MISSING, IMPORT_NOT_THERE, IMPORT_OUTSIDE_ROOT
 */
export async function resolveInRoot(root: string | undefined, path: string): Promise<string> {
  if (root === undefined) throw importErrors.rootMissing({});
  if (path.includes('\0')) throw importErrors.notThere({ path });
  const realRoot = await realpath(root).catch((error: unknown) => {
    throw importErrors.notThere({ path: root }, error);
  });
  const target = resolve(realRoot, path);
  // Before the disk is asked: whether something exists outside is nobody's business.
  if (!isInside(realRoot, target) && !isInside(resolve(root), target)) throw importErrors.outside({ path });
  const real = await realpath(target).catch((error: unknown) => {
    throw importErrors.notThere({ path }, error);
  });
  if (!isInside(realRoot, real)) throw importErrors.outside({ path });
  return real;
}

/** The adapter at `path` inside of the root: its folder or file, none of whose parts leads out of the root. */
export async function findInRoot(root: string | undefined, path: string): Promise<string> {
  const adapter = await findAdapterFiles(await resolveInRoot(root, path));
  const names = await readdir(adapter).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (names !== undefined && names.length > FOLDER_ENTRIES) throw uploadErrors.tooMany({ limit: FOLDER_ENTRIES });
  for (const name of names ?? []) if (isWanted(name)) await resolveInRoot(root, join(adapter, name));
  return adapter;
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
