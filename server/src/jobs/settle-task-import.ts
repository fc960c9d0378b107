import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { TaskImportResult } from '../compute/task-import-protocol.js';
import { AdapterUpload, RunState, type ImportRun } from '../entities/index.js';
import { importErrors } from '../imports/errors.js';
import { finish } from './job-row.js';
import { keepTask } from './keep-task.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { problemOf } from './problem-of.js';
import { settle, type Held, type Usage } from './settle.js';

/** The file becomes a blob and the task a row. Where another task took its name meanwhile, the run fails. */
export async function settleTaskImport(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { path, digest, byteLength, dropped, task: facts }: TaskImportResult,
): Promise<boolean> {
  await blobs.adopt(path, digest);
  return settle<ImportRun>(em, queue, held, usage, async (em, run) => {
    run.timings = [{ phase: 'IMPORT', seconds: usage.seconds }];
    const task = await keepTask(em, facts, { digest, byteLength });
    if (task === null) {
      finish(run, RunState.FAILED, problemOf(importErrors.taskNameTaken({ name: facts.name })));
      return;
    }
    run.task = ref(task);
    if (run.source.upload !== null) await em.nativeDelete(AdapterUpload, { id: run.source.upload });
    if (dropped > 0) run.log = [...run.log, `${dropped} examples were left out, since a later split has them too.`];
    finish(run, RunState.SUCCEEDED);
  });
}
