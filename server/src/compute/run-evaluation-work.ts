import type { ComputeContext } from './compute-context.js';
import { openBase } from './open-base.js';
import type { EvaluationOutcome, EvaluationWork } from './protocol.js';
import { readAdapter, withAdapter } from './read-adapter.js';
import { readTask } from './read-task.js';

/** Scores one adapter, or the bare base, on one split of one task. */
export async function runEvaluationWork(work: EvaluationWork, context: ComputeContext): Promise<EvaluationOutcome> {
  const { backend, signal, onProgress } = context;
  const { scorer } = await openBase(backend.tf, work.base.folder, signal);
  const { examples, head } = await readTask(work.task, work.split);
  const updated = work.adapter === null ? undefined : withAdapter(scorer, await readAdapter(work.adapter));
  try {
    const { n, accuracy, interval, loss, outcomes } = await (updated ?? scorer).evaluate({
      examples,
      head,
      split: work.split,
      signal,
      onProgress: (done, total) => onProgress({ phase: 'SCORE', done, total }),
    });
    return { kind: 'EVALUATION', n, accuracy, interval, loss, outcomes };
  } finally {
    updated?.dispose();
  }
}
