import { selectExamples } from '@crucible/engine/statistics';
import { pickExamples, selectFewShot, type Examples, type TaskHeadFile } from '@crucible/engine/tasks';
import type { FusionWork } from './protocol.js';
import { readTask } from './read-task.js';

/** What a search looks at of one task. */
export interface SearchTask {
  readonly name: string;
  readonly head: TaskHeadFile;
  readonly examples: Examples;
}

/**
 * So many `validation` examples per class of every task; for ENTROPY, which may not know the classes, so many times their number, of any class. Which ones
 * depends on the seed and, where labels are looked at, the task alone.
 */
export async function readSearchTasks(
  work: FusionWork,
  shots: number,
  loss: 'CROSS_ENTROPY' | 'ENTROPY',
): Promise<readonly SearchTask[]> {
  return Promise.all(
    work.tasks.map(async (files) => {
      const { examples, head } = await readTask(files, 'validation');
      const chosen =
        loss === 'ENTROPY'
          ? selectExamples(examples, shots * head.classes, work.seed)
          : pickExamples(examples, selectFewShot(examples, shots, [files.name], work.seed));
      return { name: files.name, head, examples: chosen };
    }),
  );
}
