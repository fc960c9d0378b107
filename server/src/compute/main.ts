// A compute process: forked by the worker, runs one order after the other, and dies with the worker.
import { backendFailure, needsNewBackend, selectBackend, type SelectedBackend } from '@crucible/engine/backend';
import { isCrucibleError } from '@crucible/engine/errors';
import { computeErrors } from './errors.js';
import type { Order, Report, Result, Work } from './protocol.js';
import { runWork } from './run-work.js';
import { watchParent } from './watch-parent.js';

let current: AbortController | undefined;
let backend: SelectedBackend | undefined;

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

async function run(work: Work): Promise<void> {
  const controller = new AbortController();
  current = controller;
  const started = performance.now();
  try {
    if (backend === undefined) {
      backend = await selectBackend();
      report({ type: 'backend', name: backend.name, reason: backend.reason });
    }
    const result: Result = await runWork(work, {
      backend,
      signal: controller.signal,
      onProgress: (progress) => report({ type: 'progress', ...progress }),
      onLog: (line) => report({ type: 'log', line }),
      onCell: (cell) => report({ type: 'cell', cell }),
    });
    report({ type: 'done', result, seconds: (performance.now() - started) / 1000 });
  } catch (error) {
    const failure = backendFailure(backend?.name ?? 'of any kind', error);
    if (needsNewBackend(failure)) {
      // The next run opens the device anew.
      backend?.dispose();
      backend = undefined;
    }
    const cause = controller.signal.aborted ? computeErrors.aborted({}, error) : failure;
    const message = cause instanceof Error ? cause.message : String(cause);
    const problem = isCrucibleError(cause)
      ? { code: cause.code, message, remedy: cause.remedy }
      : { code: 'JOB_UNEXPECTED', message, remedy: null };
    if (!isCrucibleError(cause) && cause instanceof Error && cause.stack) report({ type: 'log', line: cause.stack });
    report({ type: 'failed', problem });
  } finally {
    current = undefined;
  }
}

watchParent();
// The worker decides when this ends; Ctrl-C in a terminal reaches every process of the group.
process.on('SIGINT', () => {});
process.on('message', (order: Order) => {
  if (order.type === 'abort') current?.abort(computeErrors.aborted({}));
  else void run(order.work);
});
report({ type: 'ready' });
