import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { StatisticsResult } from '../compute/statistics-protocol.js';
import { RunState, type StatisticsRun } from '../entities/index.js';
import { finish } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { settle, type Held, type Usage } from './settle.js';

/** The file becomes a blob, and the run names it. */
export async function settleStatistics(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { path, digest, byteLength, examples }: StatisticsResult,
): Promise<boolean> {
  await blobs.adopt(path, digest);
  return settle<StatisticsRun>(em, queue, held, usage, async (_, run) => {
    run.digest = digest;
    run.sizeBytes = byteLength;
    run.examples = examples;
    run.timings = [{ phase: 'STATISTICS', seconds: usage.seconds }];
    finish(run, RunState.SUCCEEDED);
  });
}
