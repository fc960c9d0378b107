import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { HeadlessTaskFiles } from '../compute/headless-task.js';
import type { TaskFiles } from '../compute/protocol.js';
import { TaskHead, type BaseModel, type Task } from '../entities/index.js';
import { taskFiles } from './task-files.js';

/** A task with its head where the base has one; without, the model itself answers. */
export async function evaluatedTask(
  em: EntityManager,
  blobs: BlobStore,
  base: BaseModel,
  task: Task,
): Promise<TaskFiles | HeadlessTaskFiles> {
  const head = await em.findOne(TaskHead, { task: task.id, base: base.id });
  if (head === null) {
    const headPath = await blobs.incoming();
    return { name: task.name, task: await blobs.locate(task.digest), head: null, headPath };
  }
  return taskFiles(em, blobs, base, task);
}
