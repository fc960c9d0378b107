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
  await awaitBurial(cluster);
  const pid = await staleServer(cluster);
  if (pid === undefined) return;
  for (const [signal, share] of [
    ['SIGINT', 0.75],
    ['SIGQUIT', 0.25],
  ] as const) {
    signalProcess(pid, signal);
    for (const end = Date.now() + PATIENCE_MS * share; Date.now() < end; await delay(25)) {
      if ((await staleServer(cluster)) === undefined) return await awaitBurial(cluster);
    }
  }
  throw databaseErrors.stillRunning({ pid, folder: cluster });
}

/**
 * A server that was killed stays a zombie until its parent, or init, has taken note. PostgreSQL takes a zombie for a living owner of the
 * cluster and refuses to start, so a restart within milliseconds of a power cut must wait for that.
 */
async function awaitBurial(cluster: string): Promise<void> {
  const pid = await namedProcess(cluster);
  if (pid === undefined) return;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await delay(10)) {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3) !== 'Z') return;
  }
}

async function namedProcess(cluster: string): Promise<number | undefined> {
  const lines = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(lines.split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** The process that `postmaster.pid` names, if it lives and is a PostgreSQL on this cluster: after a reboot the number may be anybody's. */
async function staleServer(cluster: string): Promise<number | undefined> {
  const pid = await namedProcess(cluster);
  if (pid === undefined || !signalProcess(pid, 0)) return undefined;
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
