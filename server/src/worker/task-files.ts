import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { TaskFiles } from '../compute/protocol.js';
import { TaskHead, type BaseModel, type Task } from '../entities/index.js';

/** Where the files of a task lie, with its head on this base. */
export async function taskFiles(em: EntityManager, blobs: BlobStore, base: BaseModel, task: Task): Promise<TaskFiles> {
  const head = await em.findOneOrFail(TaskHead, { task: task.id, base: base.id });
  return { name: task.name, task: await blobs.locate(task.digest), head: await blobs.locate(head.digest) };
}
