import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { BaseImportResult } from '../compute/base-import-protocol.js';
import { RunState, type ImportRun } from '../entities/index.js';
import { finish } from './job-row.js';
import { keepBaseModel } from './keep-base-model.js';
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
    run.base = ref(await keepBaseModel(em, run.name, model, files));
    run.timings = [{ phase: 'IMPORT', seconds: usage.seconds }];
    finish(run, RunState.SUCCEEDED);
  });
  await rm(outputFolder, { recursive: true, force: true });
  return settled;
}
