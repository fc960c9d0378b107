import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ModelFusionResult } from '../compute/model-fusion-protocol.js';
import { ModelFusionRun, RunState } from '../entities/index.js';
import { describeFusedModel } from '../exports/fused-model-card.js';
import { finish } from './job-row.js';
import { keepBaseModel } from './keep-base-model.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { settle, type Held, type Usage } from './settle.js';

/** The files become blobs which the run names, with a model card, and the fused model a base of its own: it can be fused on, merged into, and scored. */
export async function settleModelFusion(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { outputFolder, files, report, timings, model }: ModelFusionResult,
): Promise<boolean> {
  for (const { name, sha256 } of files) await blobs.adopt(join(outputFolder, name), sha256);
  const queued = await em.fork().findOneOrFail(ModelFusionRun, { id: held.id });
  const card = await blobs.put(Buffer.from(await describeFusedModel(em.fork(), queued, { ...model, files, report })));
  // No file of the model that it becomes here: other runs may make the same weights.
  const kept = [...files, { name: 'README.md', byteLength: card.byteLength, sha256: card.digest }];
  kept.sort((a, b) => (a.name < b.name ? -1 : 1));
  const settled = await settle<ModelFusionRun>(em, queue, held, usage, async (em, run) => {
    run.files = kept.map((file) => ({ ...file }));
    run.report = structuredClone(report);
    run.timings = [...timings.map((timing) => ({ ...timing })), { phase: 'TOTAL', seconds: usage.seconds }];
    run.output = ref(await keepBaseModel(em, run.name, model, files));
    finish(run, RunState.SUCCEEDED);
  });
  await rm(outputFolder, { recursive: true, force: true });
  return settled;
}
