import { pickExamples, selectFewShot, type Examples } from '@crucible/engine/tasks';
import type { FusionSpace, SearchObjective } from '@crucible/sdk';
import { composeAdapters, type FusionMember, type TangentFrameFile } from '@crucible/sdk/host';
import type { ComputeContext } from './compute-context.js';
import { openBase } from './open-base.js';
import type { FusionWork } from './protocol.js';
import { readTask } from './read-task.js';

/**
 * What a search looks at: the mean cross-entropy of a candidate over a few `validation` examples per class of every task, all examples counting
 * alike. A candidate is composed as the fusion itself would write it. Which examples depends on the seed and the task alone.
 */
export async function searchObjective(
  work: FusionWork,
  shots: number,
  members: readonly FusionMember[],
  frame: TangentFrameFile | undefined,
  { backend, signal }: ComputeContext,
): Promise<SearchObjective> {
  const { scorer } = await openBase(backend.tf, work.base.folder, signal);
  const tasks = await Promise.all(
    work.tasks.map(async (files) => {
      const { examples, head } = await readTask(files, 'validation');
      return { head, examples: fewShot(examples, shots, files.name, work.seed) };
    }),
  );
  const examples = tasks.reduce((sum, task) => sum + task.examples.count, 0);
  const space: FusionSpace = work.space;
  return {
    adapterCount: members.length,
    examples,
    evaluate: async (coefficients) => {
      const updates = await composeAdapters({
        members,
        coefficients,
        space,
        ...(frame === undefined ? {} : { frame }),
        ...(work.outputRank === null ? {} : { outputRank: work.outputRank }),
        signal,
      });
      const model = scorer.withUpdates(updates);
      try {
        let loss = 0;
        let correct = 0;
        for (const { head, examples } of tasks) {
          const result = await model.evaluate({ examples, head, split: 'validation', signal });
          loss += result.loss * result.n;
          correct += result.correct;
        }
        return { loss: loss / examples, accuracy: correct / examples, examples };
      } finally {
        model.dispose();
      }
    },
  };
}

function fewShot(examples: Examples, shots: number, task: string, seed: number): Examples {
  return pickExamples(examples, selectFewShot(examples, shots, [task], seed));
}
