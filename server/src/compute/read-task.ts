import { openTask, openTaskHead, type Examples, type Split, type TaskHeadFile } from '@crucible/engine/tasks';
import type { TaskFiles } from './protocol.js';

/** One split of a task, with the head that it is scored by. */
export async function readTask(
  files: TaskFiles,
  split: Split,
): Promise<{ readonly examples: Examples; readonly head: TaskHeadFile }> {
  const task = await openTask(files.task);
  try {
    return { examples: await task.readSplit(split), head: await openTaskHead(files.head) };
  } finally {
    await task.close();
  }
}
