import { measureAll } from '@crucible/engine/metrics';
import type { ComputeContext } from './compute-context.js';
import { openBase } from './open-base.js';
import type { EvaluationOutcome, EvaluationWork } from './protocol.js';
import { readAdapter, withAdapter } from './read-adapter.js';
import { readTask } from './read-task.js';
import { runHeadlessEvaluation } from './run-headless-evaluation.js';

/** Scores one adapter, or the bare base, on one split of one task. */
export async function runEvaluationWork(work: EvaluationWork, context: ComputeContext): Promise<EvaluationOutcome> {
  const { task } = work;
  if (task.head === null) return runHeadlessEvaluation({ ...work, task }, context);
  const { backend, signal, onProgress } = context;
  const { scorer } = await openBase(backend.tf, work.base.folder, signal);
  const { examples, head } = await readTask(task, work.split);
  const updated = work.adapter === null ? undefined : withAdapter(scorer, await readAdapter(work.adapter));
  try {
    const { loss, outcomes, predictions } = await (updated ?? scorer).evaluate({
      examples,
      head,
      split: work.split,
      signal,
      onProgress: (done, total) => onProgress({ phase: 'SCORE', done, total }),
    });
    const answers = {
      kind: 'classes',
      predicted: predictions,
      expected: examples.labels,
      classes: head.classes,
    } as const;
    // Figures beside accuracy are of second rank here: their intervals must not cost as much as the scoring.
    const measurements = measureAll('accuracy', answers, { resamples: 200 });
    return { kind: 'EVALUATION', measurements, loss, outcomes };
  } finally {
    updated?.dispose();
  }
}
