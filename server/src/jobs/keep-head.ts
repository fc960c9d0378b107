import type { EntityManager } from '@mikro-orm/postgresql';
import { TaskHead } from '../entities/index.js';

/** A head that a scoring made, in the blob store. */
export interface StoredHead {
  readonly digest: string;
  readonly classes: number;
  readonly projection: number;
}

/** The base has it from now on; of two scorings that made it at once the first is kept, and both are equal. */
export async function keepHead(
  em: EntityManager,
  task: string,
  base: string,
  { digest, classes, projection }: StoredHead,
): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`head ${task} ${base}`]);
  if ((await em.count(TaskHead, { task, base })) > 0) return;
  em.persist(em.create(TaskHead, { task, base, classes, projection, digest } as never));
}
