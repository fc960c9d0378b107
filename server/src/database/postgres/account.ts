import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { databaseErrors } from '../errors.js';

/** Who a process runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const UNPRIVILEGED = 'nobody';

/** The account for PostgreSQL, which refuses root: nobody, where we are root; none, where we are not. No account is made. */
export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = lines.find(([name]) => name === UNPRIVILEGED) ?? [];
  if (uid === undefined || gid === undefined) throw databaseErrors.noAccount({ tried: UNPRIVILEGED });
  return { uid: Number(uid), gid: Number(gid) };
}

/** Whether an account may pass through every folder above `path` and read it: a checkout under /root says no. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  const target = resolve(path);
  for (let folder = target; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const needed = folder === target ? 0o5 : 0o1;
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & needed) !== needed) return false;
    if (dirname(folder) === folder) return true;
  }
}
