import { createRequire } from 'node:module';
import type { Worker } from 'node:worker_threads';
import { fusionErrors } from '../fusion-errors.js';
import type { FusedModule } from './module-fuser.js';
import type { ModulePool } from './module-pool.js';
import { ThreadGroup } from './thread-group.js';
import { fromWire } from './wire-error.js';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './worker-protocol.js';

/** Through the package's own exports map, so that it is the built file also where this one runs from its source. */
const WORKER = createRequire(import.meta.url).resolve('@crucible/sdk/fusion-worker');

interface Thread {
  readonly worker: Worker;
  /** What the thread is at work on; it gets one request at a time. */
  waiting?: { readonly resolve: (reply: WorkerReply) => void; readonly reject: (error: unknown) => void } | undefined;
}

/** Shares modules out over worker threads. An abort ends the threads at once, in the middle of a computation. */
export async function openThreadPool(
  width: number,
  setup: WorkerSetup,
  signal: AbortSignal,
  log: (message: string) => void,
): Promise<ModulePool> {
  const threads: Thread[] = [];
  const idle: Thread[] = [];
  const queue: ((thread: Thread) => void)[] = [];
  const group = new ThreadGroup({
    code: WORKER,
    data: setup,
    signal,
    ended: (problem, cause) => fusionErrors.workerFailed({ problem }, cause),
    onFailure(error) {
      for (const thread of threads) {
        thread.waiting?.reject(error);
        thread.waiting = undefined;
      }
      // Those that wait for a free thread get one, and find the failure.
      for (const next of queue.splice(0)) next(threads[0]!);
    },
  });

  const release = (thread: Thread): void => {
    const next = queue.shift();
    if (next) next(thread);
    else idle.push(thread);
  };
  const acquire = async (): Promise<Thread> => idle.pop() ?? new Promise((resolve) => void queue.push(resolve));

  const open = (): Promise<WorkerReply> =>
    new Promise<WorkerReply>((resolve, reject) => {
      const worker = group.spawn((reply: WorkerReply) => {
        if (reply.kind === 'LOG') return log(reply.message);
        const { waiting } = thread;
        thread.waiting = undefined;
        if (!group.failed) release(thread);
        if (reply.kind === 'FAILED') waiting?.reject(fromWire(reply.error));
        else waiting?.resolve(reply);
      });
      const thread: Thread = { worker, waiting: { resolve, reject } };
      threads.push(thread);
    });

  const ask = async (request: WorkerRequest): Promise<WorkerReply> => {
    const thread = await acquire();
    group.throwIfFailed();
    return new Promise((resolve, reject) => {
      thread.waiting = { resolve, reject };
      thread.worker.postMessage(request, []);
    });
  };

  await group.open(width, open);
  return {
    width,
    async observe(task, state, round) {
      const reply = await ask({ kind: 'OBSERVE', task, state, round });
      return reply.kind === 'OBSERVED' ? reply.observation : unexpected(reply);
    },
    async fuse(task, by): Promise<readonly FusedModule[]> {
      const reply = await ask({ kind: 'FUSE', task, by });
      return reply.kind === 'FUSED' ? reply.fused : unexpected(reply);
    },
    close: () => group.close(),
  };
}

function unexpected(reply: WorkerReply): never {
  throw fusionErrors.workerFailed({ problem: `it answered ${reply.kind}` });
}
