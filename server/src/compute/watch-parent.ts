import { Worker } from 'node:worker_threads';

const PERIOD_MS = 250;

/**
 * Ends this process soon after its parent has died, also while it computes without ever yielding: a thread of its own looks, so that a loop
 * on the main thread cannot hold it up. Listening for `disconnect` alone would leave such a process behind.
 */
export function watchParent(): void {
  const source = `const parent = ${process.ppid};
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, ${PERIOD_MS});`;
  new Worker(source, { eval: true }).unref();
  process.on('disconnect', () => process.exit(0));
}
