import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BACKEND_ORDER, type BackendName } from '../backend-name.js';
import { backendErrors } from '../errors.js';
import { keepChoice, type MeasuredChoice } from './measured-choice.js';

const run = promisify(execFile);
/** A backend that takes longer than this for its load is none to choose. */
const TIMEOUT = 60_000;

/**
 * Gives every backend the same small load, each in a process of its own and one after the other, and keeps the fastest for this machine. `selectBackend`
 * takes it from then on where nobody asks for another.
 *
 * @throws backendErrors.unavailable where none computes
 */
export async function chooseBackend(signal?: AbortSignal): Promise<MeasuredChoice> {
  const script = fileURLToPath(new URL('measure-backend.js', import.meta.url));
  const gigaflops: Partial<Record<BackendName, number>> = {};
  for (const name of BACKEND_ORDER) {
    try {
      const { stdout } = await run(process.execPath, [script, name], { timeout: TIMEOUT, ...(signal && { signal }) });
      gigaflops[name] = JSON.parse(stdout) as number;
    } catch {
      signal?.throwIfAborted();
    }
  }
  const [best] = Object.entries(gigaflops).toSorted(([, x], [, y]) => y - x) as [BackendName, number][];
  if (best === undefined) throw backendErrors.unavailable({ backend: 'of any kind', why: 'none computed its load' });
  const choice = { backend: best[0], gigaflops };
  await keepChoice(choice);
  return choice;
}
