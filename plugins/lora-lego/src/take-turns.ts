import { setImmediate } from 'node:timers/promises';

/** Milliseconds of work after which others get their turn: an abort is heard well within a second. */
const TURN_MS = 100;

/** Called between small pieces of work, of milliseconds each. */
export type Turn = () => Promise<void> | undefined;

/**
 * Lets the event loop have its turn whenever the last is 100 ms ago, without which nothing tells a computation that it was aborted. The result of the work does not
 * depend on it.
 *
 * @throws the signal's reason after an abort
 */
export function takeTurns(signal: AbortSignal): Turn {
  let last = performance.now();
  const give = async (): Promise<void> => {
    await setImmediate();
    signal.throwIfAborted();
    last = performance.now();
  };
  return () => (performance.now() - last < TURN_MS ? undefined : give());
}
