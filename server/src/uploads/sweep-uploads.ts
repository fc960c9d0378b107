import type { UploadStore } from './upload-store.js';

const SWEEP_MS = 60_000;

/** Sweeps at once and then every minute until stopped. A sweep that fails is told and made again with the next. */
export async function startSweeping(
  uploads: UploadStore,
  report: (error: unknown) => void,
): Promise<() => Promise<void>> {
  let running = uploads.sweep({ parts: true });
  await running;
  const timer = setInterval(() => {
    running = running.then(() => uploads.sweep()).catch(report);
  }, SWEEP_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
