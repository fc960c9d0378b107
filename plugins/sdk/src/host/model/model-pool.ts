import { createRequire } from 'node:module';
import type { Worker } from 'node:worker_threads';
import { ThreadGroup } from '../fusion/thread-group.js';
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
  const starting: Pending['reject'][] = [];
  const queue: { readonly request: ModelRequest; readonly pending: Pending }[] = [];
  let next = 0;
  /** Whether the rule is known to merge matrices. */
  let merges = false;
  const group = new ThreadGroup({
    code: WORKER,
    data: setup,
    signal,
    ended: (problem, cause) => modelErrors.workerFailed({ problem }, cause),
    onFailure(error) {
      const waiting = [
        ...starting,
        ...queue.splice(0).map(({ pending }) => pending.reject),
        ...threads.flatMap(({ pending }) => [...pending.values()].map(({ reject }) => reject)),
      ];
      for (const { pending } of threads) pending.clear();
      for (const reject of waiting) reject(error);
    },
  });

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
    group.throwIfFailed();
    return new Promise((resolve, reject) => {
      queue.push({ request, pending: { resolve, reject } });
      share();
    });
  };

  const open = (): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      starting.push(reject);
      const pending: Thread['pending'] = new Map();
      const worker = group.spawn((reply: ModelReply) => {
        if (reply.kind === 'LOG') return log(reply.message);
        if (reply.kind === 'READY') return resolve();
        const asked = reply.id === undefined ? undefined : pending.get(reply.id);
        if (reply.id !== undefined) pending.delete(reply.id);
        if (reply.kind === 'DONE') asked?.resolve(reply.result);
        else (asked?.reject ?? reject)(fromWire(reply.error));
        share();
      });
      threads.push({ worker, pending });
    });

  await group.open(width, open);
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
    close: () => group.close(),
  };
}
