import type { Ref } from '@mikro-orm/core';
import type { Adapter, FusionMember, FusionRun } from '../entities/index.js';

export interface ScoredOutput {
  readonly adapter: Ref<Adapter>;
  /** Id of the task. */
  readonly task: string;
}

/**
 * Which of a run's outputs are scored on which of its tasks: the one output on each, or, of a run with an output for each adapter, those of the adapters
 * that are of a task on that task alone.
 *
 * @param members In their order, with their adapters loaded.
 */
export function scoredOutputs(run: FusionRun, members: readonly FusionMember[]): readonly ScoredOutput[] {
  const own = members.flatMap(({ adapter, output }) =>
    output === null ? [] : [{ adapter: output, task: adapter.getEntity().task?.id }],
  );
  return run.evaluateOn.flatMap((task) => {
    if (own.length === 0) return [{ adapter: run.output!, task }];
    return own.filter((output) => output.task === task).map(({ adapter }) => ({ adapter, task }));
  });
}
