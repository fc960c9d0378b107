import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ExtractionResult } from '../compute/extraction-protocol.js';
import { Origin, RunState, type ExtractionRun } from '../entities/index.js';
import { finish } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { makeAdapter, settle, type Held, type Usage } from './settle.js';

/** The file becomes an adapter of the base, in the transaction that ends the run. */
export async function settleExtraction(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { path, adapter: facts, report }: ExtractionResult,
): Promise<boolean> {
  await blobs.adopt(path, facts.digest);
  return settle<ExtractionRun>(em, queue, held, usage, async (em, run) => {
    const { name, base } = run;
    const { method } = facts.manifest;
    run.output = ref(await makeAdapter(em, facts, { name, base, method, origin: Origin.EXTRACTED }));
    run.report = structuredClone(report);
    run.timings = [{ phase: 'EXTRACT', seconds: usage.seconds }];
    finish(run, RunState.SUCCEEDED);
  });
}
