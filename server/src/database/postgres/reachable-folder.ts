import { chmod, mkdir } from 'node:fs/promises';
import { databaseErrors } from '../errors.js';
import { canReach, type Account } from './account.js';

const CANDIDATES = {
  data: ['/var/lib/crucible', '/var/tmp/crucible'],
  cache: ['/var/cache/crucible', '/var/tmp/crucible-cache'],
} as const;

/** A folder outside of the checkout that the account can reach: only asked for as root, when the checkout itself is closed to others. */
export async function reachableFolder(account: Account, use: keyof typeof CANDIDATES): Promise<string> {
  for (const folder of CANDIDATES[use]) {
    try {
      await mkdir(folder, { recursive: true });
      // Ours and passable, whatever the umask; nobody else may put anything in.
      await chmod(folder, 0o755);
      if (await canReach(account, folder)) return folder;
    } catch {
      continue;
    }
  }
  throw databaseErrors.noReachableFolder({ tried: CANDIDATES[use].join(', ') });
}
