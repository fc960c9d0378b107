import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { BaseImportResult } from '../compute/base-import-protocol.js';
import { BaseModel, RunState, type ImportRun } from '../entities/index.js';
import { idOfContent } from '../entities/id-of-content.js';
import { finish } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { settle, type Held, type Usage } from './settle.js';

/** The copied files become blobs and the model a row; weights that are here already are found again, whatever they were called. */
export async function settleBaseImport(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { outputFolder, files, model }: BaseImportResult,
): Promise<boolean> {
  for (const { name, sha256 } of files) await blobs.adopt(join(outputFolder, name), sha256);
  const settled = await settle<ImportRun>(em, queue, held, usage, async (em, run) => {
    await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [model.digest]);
    let base = await em.findOne(BaseModel, { digest: model.digest });
    base ??= em.create(BaseModel, {
      ...model,
      id: idOfContent('base', model.digest),
      name: run.name,
      files: Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256])),
      sizeBytes: files.reduce((sum, { byteLength }) => sum + byteLength, 0),
    } as never);
    em.persist(base);
    run.base = ref(base);
    run.timings = [{ phase: 'IMPORT', seconds: usage.seconds }];
    finish(run, RunState.SUCCEEDED);
  });
  await rm(outputFolder, { recursive: true, force: true });
  return settled;
}
