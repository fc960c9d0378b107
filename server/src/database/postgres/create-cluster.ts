import { spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { databaseErrors } from '../errors.js';
import type { Account } from './account.js';
import type { PostgresBinaries } from './binaries.js';
import { prepareFolder, type ClusterSettings } from './data-folder.js';

export const SUPERUSER = 'crucible';

/**
 * A cluster is there afterwards. Built inside the folder under another name and renamed when whole, so that an interrupted creation is
 * started over and never taken for a cluster.
 */
export async function createCluster(
  settings: ClusterSettings,
  binaries: PostgresBinaries,
  account: Account | undefined,
): Promise<string> {
  const cluster = join(settings.folder, 'cluster');
  await prepareFolder(settings.folder, account);
  const entries = await readdir(settings.folder);
  if (entries.includes(basename(cluster))) return cluster;
  const building = join(settings.folder, 'building');
  await rm(building, { recursive: true, force: true });
  const secrets = await mkdtemp(join(tmpdir(), 'crucible-initdb-'));
  try {
    const passwordFile = join(secrets, 'password');
    await writeFile(passwordFile, settings.password, { mode: 0o600 });
    if (account !== undefined) for (const path of [passwordFile, secrets]) await chown(path, account.uid, account.gid);
    await run(
      binaries.initdb,
      [
        '-D',
        building,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Sorts alike on every machine, whatever locales are installed.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
      ],
      account,
      dirname(building),
    );
  } finally {
    await rm(secrets, { recursive: true, force: true });
  }
  await rename(building, cluster);
  return cluster;
}

async function run(file: string, args: readonly string[], account: Account | undefined, cwd: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(file, args, { ...account, cwd, env: postgresEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', (error) => reject(databaseErrors.initFailed({ exit: 'no start', output: error.message }, error)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          databaseErrors.initFailed({ exit: String(signal ?? code), output: Buffer.concat(output).toString().trim() }),
        );
    });
  });
}

/** Ours less everything that would point PostgreSQL elsewhere or change its language. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
