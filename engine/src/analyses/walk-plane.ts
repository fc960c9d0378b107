import { setImmediate } from 'node:timers/promises';
import type { ModelPlane, SharedSummary } from './model-plane.js';
import type { Answers, Subject } from './subject.js';

/** What a walk does with the answers of one batch at one point. */
export interface PlaneVisit {
  /** Position of the task among the subjects. */
  readonly task: number;
  /** Position of the point. */
  readonly point: number;
  readonly answers: Answers;
}

export interface WalkPlaneOptions {
  readonly plane: ModelPlane;
  /** Coefficients of each point, one per task vector. */
  readonly points: readonly (readonly number[])[];
  readonly subjects: readonly Subject[];
  readonly batchSize?: number;
  /** Batches, of all tasks one after another, that were walked before. */
  readonly begin?: number;
  readonly visit: (visit: PlaneVisit) => void;
  /** After all points of a batch: the number of batches that are done. What is kept here can be gone on from. */
  readonly onBatch?: (done: number) => Promise<void> | void;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const BATCH_SIZE = 64;

/**
 * Every point of a plane on every example, each once: batch after batch, and within a batch point after point, so that what a batch has in common at all
 * points is computed once and need not be kept for longer. `done` and `total` of the progress count points × examples.
 */
export async function walkPlane(options: WalkPlaneOptions): Promise<SharedSummary> {
  const { plane, points, subjects, batchSize = BATCH_SIZE, begin: first = 0 } = options;
  const batches = subjects.flatMap(({ count }, task) =>
    Array.from({ length: Math.ceil(count / batchSize) }, (_, index) => ({
      task,
      begin: index * batchSize,
      count: Math.min(batchSize, count - index * batchSize),
    })),
  );
  const total = points.length * subjects.reduce((sum, { count }) => sum + count, 0);
  let done = points.length * batches.slice(0, first).reduce((sum, { count }) => sum + count, 0);
  let summary: SharedSummary = { constant: 0, linear: 0, varying: 0, linearModules: [], linearity: 'NONE' };
  for (const [index, { task, begin, count }] of batches.entries()) {
    if (index < first) continue;
    const subject = subjects[task]!;
    const batch = plane.batch((calculus) => subject.forward(calculus, begin, count));
    try {
      for (const [point, coefficients] of points.entries()) {
        // Backends compute synchronously: without this pause no abort would be heard until the end.
        await setImmediate();
        options.signal?.throwIfAborted();
        options.visit({ task, point, answers: subject.answer(await batch.at(coefficients), begin) });
        done += count;
        options.onProgress?.(done, total);
      }
      ({ summary } = batch);
    } finally {
      batch.dispose();
    }
    await options.onBatch?.(index + 1);
  }
  return summary;
}
