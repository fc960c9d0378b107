import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { StatisticsWork } from '../compute/statistics-protocol.js';
import { TaskHead, type StatisticsRun } from '../entities/index.js';
import type { Split } from '@crucible/engine/tasks';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about statistics. */
export async function describeStatistics(
  em: EntityManager,
  blobs: BlobStore,
  home: string,
  run: StatisticsRun,
): Promise<StatisticsWork> {
  const adapter = await run.adapter.loadOrFail();
  const base = await adapter.base.loadOrFail();
  const task = await run.task.loadOrFail();
  const head = await em.findOneOrFail(TaskHead, { task: task.id, base: base.id });
  return {
    kind: 'STATISTICS',
    statistics: run.kind,
    base: { folder: await modelFolder(blobs, home, base) },
    adapter: await blobs.locate(adapter.digest),
    task: { name: task.name, task: await blobs.locate(task.digest), head: await blobs.locate(head.digest) },
    split: run.split.toLowerCase() as Split,
    examples: run.examples,
    seed: run.seed,
    outputPath: await blobs.incoming(),
  };
}
