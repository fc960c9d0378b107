import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((x, y) => x - y);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
};

export const machine = (): string =>
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, Node ${process.version}`;

export const seconds = (value: number): string => `${value.toPrecision(3)} s`;

/** Runs a script of the Python side; undefined, with the reason on stderr, where Python or numpy is not installed. */
export async function runPython<T>(script: string, request: object): Promise<T | undefined> {
  const path = fileURLToPath(new URL(`../python/${script}`, import.meta.url));
  try {
    const { stdout } = await run('python3', [path, JSON.stringify(request)], { maxBuffer: 1 << 20 });
    return JSON.parse(stdout) as T;
  } catch (error) {
    console.error(`the Python side did not run: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Runs another script of this folder in a process of its own, so that its peak memory is its own. */
export async function runRow<T>(script: string, request: object): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await run(process.execPath, [path, JSON.stringify(request)], { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as T;
}
