import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ExportResult } from '../compute/export-protocol.js';
import { ExportRun, RunState, type ExportedFileRecord } from '../entities/index.js';
import { describeExportedModel } from '../exports/model-card.js';
import { finish } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { settle, type Held, type Usage } from './settle.js';

/** The files become blobs, with a model card that says what they are, and the run names them. */
export async function settleExport(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { outputFolder, files, loss }: ExportResult,
): Promise<boolean> {
  const kept: ExportedFileRecord[] = [];
  for (const { name, sha256 } of files) {
    const { byteLength } = await blobs.adopt(join(outputFolder, name), sha256);
    kept.push({ name, byteLength, sha256 });
  }
  const run = await em.fork().findOneOrFail(ExportRun, { id: held.id }, { populate: ['adapter', 'adapter.base'] });
  const card = await blobs.put(Buffer.from(await describeExportedModel(em.fork(), run, kept, loss)));
  kept.push({ name: 'README.md', byteLength: card.byteLength, sha256: card.digest });
  kept.sort((a, b) => (a.name < b.name ? -1 : 1));
  const settled = await settle<ExportRun>(em, queue, held, usage, async (_, run) => {
    run.files = kept;
    run.loss = { ...loss };
    run.timings = [{ phase: 'EXPORT', seconds: usage.seconds }];
    finish(run, RunState.SUCCEEDED);
  });
  await rm(outputFolder, { recursive: true, force: true });
  return settled;
}
