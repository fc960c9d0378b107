import type { Change, ChangeHub } from '../../changes/index.js';

/** Least time between two batches: at most four a second, whatever the number of jobs. */
const QUIET_MS = 250;

/** Changes since the last batch, each object once. */
export async function* batchChanges(hub: ChangeHub, signal: AbortSignal): AsyncGenerator<readonly Change[]> {
  const pending = new Map<string, Change>();
  let wake = (): void => {};
  const reading = (async () => {
    for await (const change of hub.subscribe(undefined, signal)) {
      pending.set(change.id, change);
      wake();
    }
  })();
  const until = async (arm: (done: () => void) => void): Promise<void> =>
    await new Promise<void>((resolve) => {
      wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
      arm(resolve);
    });
  try {
    while (!signal.aborted) {
      if (pending.size === 0) {
        await until(() => {});
        continue;
      }
      const batch = [...pending.values()];
      pending.clear();
      yield batch;
      const deadline = performance.now() + QUIET_MS;
      while (!signal.aborted && performance.now() < deadline) {
        await until((done) => setTimeout(done, deadline - performance.now()));
      }
    }
  } finally {
    await reading;
  }
}
