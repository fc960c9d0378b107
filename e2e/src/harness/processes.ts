import { execFileSync } from 'node:child_process';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process of this machine, as `ps` sees it. */
export function listProcesses(): readonly ProcessRow[] {
  const text = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter((match) => !match[3]!.startsWith('Z'))
    .map((match) => ({ pid: Number(match[1]), parent: Number(match[2]), command: match[4]! }));
}

/** A process and all that descend from it. */
export function processTree(root: number, rows: readonly ProcessRow[] = listProcesses()): readonly ProcessRow[] {
  const children = rows.filter((row) => row.parent === root);
  const self = rows.filter((row) => row.pid === root);
  return [...self, ...children.flatMap((child) => processTree(child.pid, rows))];
}

/** The system's processes of one kind, by the script that they run. */
export function findProcesses(root: number, script: RegExp): readonly ProcessRow[] {
  return processTree(root).filter((row) => script.test(row.command));
}

/** Resolves when `condition` holds; looks again every 50 ms and gives up with `what` after the limit. */
export async function waitUntil<T>(
  what: string,
  condition: () => Promise<T | undefined> | T | undefined,
  limitSeconds = 60,
): Promise<T> {
  const deadline = performance.now() + limitSeconds * 1000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`waited ${limitSeconds} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
