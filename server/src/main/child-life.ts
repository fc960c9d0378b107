import type { ChildMessage, StopMessage } from './messages.js';

export function tellParent(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

/** Time to end in order once the parent is gone; its database goes at the same time. */
const ORPHAN_MS = 3_000;

/**
 * Binds a process to the one that started it: ends when told to, and ends when that one is gone. Ctrl-C is left to the parent: a terminal
 * sends it to every process at once, and the order of ending matters.
 */
export function liveAsChild(close: () => Promise<void>): void {
  process.on('SIGINT', () => {});
  let ending = false;
  const end = (limit?: number): void => {
    if (ending) return;
    ending = true;
    if (limit !== undefined) setTimeout(() => process.exit(1), limit).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('message', (message: StopMessage) => {
    if (message.type === 'stop') end();
  });
  process.on('disconnect', () => end(ORPHAN_MS));
  process.on('SIGTERM', () => end());
}
