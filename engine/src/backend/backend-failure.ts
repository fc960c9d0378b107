import { isCrucibleError } from '../errors/index.js';
import { backendErrors } from './errors.js';

/** How allocators say that they have nothing left: V8 and Emscripten, TensorFlow, Dawn. */
const OUT_OF_MEMORY =
  /out of memory|OOM when allocating|RESOURCE_EXHAUSTED|ResourceExhausted|Array buffer allocation failed|Cannot enlarge memory|failed to allocate|bad_alloc/i;

/**
 * What was thrown while `backend` computed, as a typed error where it is the backend that failed; anything else as it is. Errors of Crucible's own stay
 * themselves.
 */
export function backendFailure(backend: string, error: unknown): unknown {
  if (isCrucibleError(error)) return error;
  const said = String((error as { readonly message?: unknown } | null | undefined)?.message ?? error);
  return OUT_OF_MEMORY.test(said) ? backendErrors.outOfMemory({ backend, why: firstLineOf(error) }, error) : error;
}

/** Whether a process must open its backend anew before it computes again: memory and device are not as they were. */
export function needsNewBackend(error: unknown): boolean {
  return isCrucibleError(error) && REOPENED.has(error.code);
}

const REOPENED: ReadonlySet<string> = new Set(
  [backendErrors.deviceLost, backendErrors.deviceFailed, backendErrors.outOfMemory].map(({ entry }) => entry.code),
);

/** The first line without its full stop: the sentence that it is put into has one. */
export function firstLineOf(error: unknown): string {
  const message = (error as { readonly message?: unknown } | null | undefined)?.message ?? error;
  return String(message).split('\n')[0]!.replace(/\.$/, '');
}
