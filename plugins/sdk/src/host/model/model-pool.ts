import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { fromWire } from '../fusion/wire-error.js';
import { modelErrors } from './model-errors.js';
import type { ModelFuser } from './model-fuser.js';
import type { ModelPool, ModelReply, ModelRequest, ModelWorkerSetup } from './model-protocol.js';
import type { Combined, FusedPart } from './model-task.js';
import type { PieceCombiner } from './piece-combiner.js';
import { TrimmedMerger } from './trimmed-merger.js';

/** Computes in this thread, giving the event loop a turn before each part: else an abort could not be heard. */
export function createLocalModelPool(fuser: ModelFuser, combiner: PieceCombiner, signal: AbortSignal): ModelPool {
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
  const merger = new TrimmedMerger(combiner);
  return {
    width: 1,
    observe: async (part, state, round) => {
      await turn();
      return fuser.observe(part, state, round);
    },
    fuse: async (part, state) => {
      await turn();
      return fuser.fuse(part, state);
    },
    mergeTrimmed: async (task) => {
      await turn();
      return merger.merge(task, turn);
    },
    combine: async (task) => {
      await turn();
      return combiner.combine(task);
    },
    close: () => combiner.close(),
  };
}

/** Through the package's own exports map, so that it is the built file also where this one runs from its source. */
const WORKER = createRequire(import.meta.url).resolve('@crucible/sdk/model-worker');

/** What a thread may have before it at one time: one is computed while the other is being read. */
const AT_ONCE = 2;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
}

/**
 * Shares parts out over worker threads. A rule is asked by one thread until it is known to merge matrices: the others then need no strategy, and start at once. An
 * abort ends the threads at once, in the middle of a computation.
 */
export async function openModelThreads(
  width: number,
  setup: ModelWorkerSetup,
  signal: AbortSignal,
  log: (message: string) => void,
): Promise<ModelPool> {
  const threads: Thread[] = [];
  const queue: { readonly request: ModelRequest; readonly pending: Pending }[] = [];
  let failure: { readonly error: unknown } | undefined;
  let next = 0;
  /** Whether the rule is known to merge matrices. */
  let merges = false;

  const fail = (error: unknown): void => {
    failure ??= { error };
    const waiting = [
      ...queue.splice(0).map(({ pending }) => pending),
      ...threads.flatMap(({ pending }) => [...pending.values()]),
    ];
    for (const { pending } of threads) pending.clear();
    for (const { reject } of waiting) reject(failure.error);
    for (const { worker } of threads) void worker.terminate();
  };
  const abort = (): void => fail(signal.reason);

  const share = (): void => {
    for (let at = 0; at < queue.length;) {
      const { request, pending } = queue[at]!;
      const able = request.kind === 'FUSE' && !merges ? threads.slice(0, 1) : threads;
      const [thread] = able.toSorted((x, y) => x.pending.size - y.pending.size);
      if (thread === undefined || thread.pending.size >= AT_ONCE) {
        at += 1;
        continue;
      }
      queue.splice(at, 1);
      next += 1;
      thread.pending.set(next, pending);
      const given = request.kind === 'COMBINE' ? request.task.buffer : undefined;
      thread.worker.postMessage({ id: next, request }, given ? [given] : []);
    }
  };
  const ask = async (request: ModelRequest): Promise<unknown> => {
    if (failure) throw failure.error;
    return new Promise((resolve, reject) => {
      queue.push({ request, pending: { resolve, reject } });
      share();
    });
  };

  const open = async (): Promise<void> => {
    const thread: Thread = { worker: new Worker(WORKER, { workerData: setup }), pending: new Map() };
    const ready = new Promise<void>((resolve, reject) => {
      thread.worker.on('message', (reply: ModelReply) => {
        if (reply.kind === 'LOG') return log(reply.message);
        if (reply.kind === 'READY') return resolve();
        const pending = reply.id === undefined ? undefined : thread.pending.get(reply.id);
        if (reply.id !== undefined) thread.pending.delete(reply.id);
        if (reply.kind === 'DONE') pending?.resolve(reply.result);
        else (pending?.reject ?? reject)(fromWire(reply.error));
        share();
      });
      const end = (error: unknown): void => {
        fail(error);
        reject(failure!.error);
      };
      thread.worker.on('error', (error) => end(modelErrors.workerFailed({ problem: error.message }, error)));
      thread.worker.on('exit', (code) => end(modelErrors.workerFailed({ problem: `it exited with code ${code}` })));
    });
    threads.push(thread);
    await ready;
  };
  const close = async (): Promise<void> => {
    signal.removeEventListener('abort', abort);
    failure ??= { error: modelErrors.workerFailed({ problem: 'the pool is closed' }) };
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  };

  signal.addEventListener('abort', abort);
  try {
    await Promise.all(Array.from({ length: width }, open));
    signal.throwIfAborted();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    width,
    observe: (part, state, round) => ask({ kind: 'OBSERVE', part, state, round }),
    fuse: async (part, state) => {
      const fused = (await ask({ kind: 'FUSE', part, state })) as FusedPart;
      merges ||= fused.kind === 'bytes';
      return fused;
    },
    mergeTrimmed: async (task) => (await ask({ kind: 'TRIMMED_MERGE', task })) as FusedPart,
    combine: async (task) => (await ask({ kind: 'COMBINE', task })) as Combined,
    close,
  };
}
