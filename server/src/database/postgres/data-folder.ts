import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { canReach, type Account } from './account.js';
import { reachableFolder } from './reachable-folder.js';

/** Where the cluster lies and how to log in: kept in `postgres.json` in the home folder, for nobody else to read. */
export interface ClusterSettings {
  readonly folder: string;
  readonly password: string;
}

/**
 * The settings of a home's cluster; made at the first start and kept. The folder is in the home where the database account can reach that,
 * otherwise in a folder of the system named by the home's path.
 */
export async function clusterSettings(home: string, account: Account | undefined): Promise<ClusterSettings> {
  const file = join(home, 'postgres.json');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined) return JSON.parse(kept) as ClusterSettings;
  const settings = { folder: await chooseFolder(home, account), password: randomBytes(24).toString('base64url') };
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(temporary, file);
  return settings;
}

async function chooseFolder(home: string, account: Account | undefined): Promise<string> {
  if (account === undefined || (await canReach(account, home))) return join(home, 'postgres');
  const key = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 16);
  return join(await reachableFolder(account, 'data'), `postgres-${key}`);
}

/** Makes the folder, owned by the account and closed to everybody else. */
export async function prepareFolder(folder: string, account: Account | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  if (account !== undefined) await chown(folder, account.uid, account.gid);
}
