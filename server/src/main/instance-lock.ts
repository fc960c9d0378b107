import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mainErrors } from './errors.js';

export interface InstanceLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** When the process started, as the kernel counts: the same number may be another process after a reboot. */
  readonly started: string;
}

/**
 * One Crucible per home folder. The lock is a file that names its holder; one whose holder is dead is taken over.
 *
 * @throws MAIN_ALREADY_RUNNING
 */
export async function lockInstance(home: string): Promise<InstanceLock> {
  const file = join(home, 'crucible.lock');
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o644);
      const holder: Holder = { pid: process.pid, started: await startOf(process.pid) };
      await handle.writeFile(JSON.stringify(holder));
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(file);
    if (holder !== undefined && isAlive(holder.pid) && (await startOf(holder.pid)) === holder.started) {
      throw mainErrors.alreadyRunning({ pid: holder.pid, home });
    }
    await rm(file, { force: true });
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat; elsewhere nothing, and the number alone has to do. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
