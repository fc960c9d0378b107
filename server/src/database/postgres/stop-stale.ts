import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseErrors } from '../errors.js';

const PATIENCE_MS = 20_000;

/**
 * No server works on this cluster afterwards. One is left over when the process that started it was killed together with its guard; its
 * port and log are lost, so it is stopped in order and a new one started. A `postmaster.pid` without its process is PostgreSQL's to clear.
 *
 * @throws DATABASE_STILL_RUNNING
 */
export async function stopStaleServer(cluster: string): Promise<void> {
  const pid = await staleServer(cluster);
  if (pid === undefined) return;
  for (const [signal, share] of [
    ['SIGINT', 0.75],
    ['SIGQUIT', 0.25],
  ] as const) {
    signalProcess(pid, signal);
    for (const end = Date.now() + PATIENCE_MS * share; Date.now() < end; await delay(25)) {
      if ((await staleServer(cluster)) === undefined) return;
    }
  }
  throw databaseErrors.stillRunning({ pid, folder: cluster });
}

/** The process that `postmaster.pid` names, if it lives and is a PostgreSQL on this cluster: after a reboot the number may be anybody's. */
async function staleServer(cluster: string): Promise<number | undefined> {
  const lines = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(lines.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !signalProcess(pid, 0)) return undefined;
  if (process.platform !== 'linux') return pid;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(cluster) ? pid : undefined;
}

function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
