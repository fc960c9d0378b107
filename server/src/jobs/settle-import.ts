import { ref, type EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore, StoredBlob } from '../blobs/index.js';
import type { ImportResult } from '../compute/import-protocol.js';
import {
  Adapter,
  type AdapterInspection,
  AdapterUpload,
  BaseModel,
  ImportSourceKind,
  type ImportRun,
  type ImportSource,
  Origin,
  RunState,
  TangentFrame,
} from '../entities/index.js';
import { importErrors } from '../imports/errors.js';
import { finish } from './job-row.js';
import type { PgBossQueue } from './pg-boss-queue.js';
import { problemOf } from './problem-of.js';
import { makeAdapter, settle, type Held, type Usage } from './settle.js';

/**
 * The imported file becomes an adapter, and its upload is gone in the same transaction. An adapter whose A's are, to the bit, those of a known frame gets that
 * frame; where they are those of another adapter, the two get a frame of their own. Where something stands in the way, the run fails and keeps the inspection.
 */
export async function settleImport(
  em: EntityManager,
  queue: PgBossQueue,
  held: Held,
  usage: Usage,
  blobs: BlobStore,
  { inspection, made }: ImportResult,
): Promise<boolean> {
  if (made !== null) await blobs.adopt(made.path, made.adapter.digest);
  const frameFile = made && (await blobs.adopt(made.framePath));
  return settle<ImportRun>(em, queue, held, usage, async (em, run) => {
    const { name, task, source } = run;
    const understood = structuredClone(inspection) as AdapterInspection;
    run.inspection = understood;
    run.timings = [{ phase: 'IMPORT', seconds: usage.seconds }];
    if (made === null || frameFile === null) {
      const reasons = inspection.blockers.map(({ reason, remedy }) => `${reason}. ${remedy}.`);
      finish(run, RunState.FAILED, problemOf(importErrors.refused({ reasons })));
      return;
    }
    const { manifest } = made.adapter;
    const base = run.base ?? ref(await nameBase(em, made.base));
    const adapter = await makeAdapter(em, made.adapter, {
      name,
      base,
      method: manifest.method,
      origin: Origin.IMPORTED,
      ...(task === null ? {} : { task }),
    });
    adapter.inspection = understood;
    adapter.importedFrom = {
      workspace: placeOf(source),
      file: inspection.files.find(({ name }) => name.endsWith('.safetensors'))?.name ?? '',
      seed: null,
      commit: source.commit,
    };
    run.output = ref(adapter);
    finish(run, RunState.SUCCEEDED);
    await em.flush();
    await shareFrame(em, adapter, manifest, frameFile);
    for (const upload of [source.upload, run.start?.upload ?? null]) {
      if (upload !== null) await em.nativeDelete(AdapterUpload, { id: upload });
    }
  });
}

/** A base that is known by its name alone: adapters that name the same can be fused with each other, and need no weights for that. */
async function nameBase(
  em: EntityManager,
  { digest, name, revision }: NonNullable<ImportResult['made']>['base'],
): Promise<BaseModel> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [digest]);
  const known = await em.findOne(BaseModel, { digest });
  if (known !== null) return known;
  const base = em.create(BaseModel, {
    name,
    architecture: 'unknown',
    config: revision === null ? {} : { revision },
    digest,
    files: {},
    parameterCount: 0,
    sizeBytes: 0,
  } as never);
  em.persist(base);
  await em.flush();
  return base;
}

function placeOf({ kind, upload, directory, repo }: ImportSource): string {
  const place = {
    [ImportSourceKind.UPLOAD]: upload,
    [ImportSourceKind.DIRECTORY]: directory,
    [ImportSourceKind.HUB]: repo,
  };
  return place[kind] ?? '';
}

/** Two imports of one frame that end at once would each find no other: they take turns by a lock on the digest. */
async function shareFrame(
  em: EntityManager,
  adapter: Adapter,
  {
    rank,
    scale,
    targetModules,
  }: { readonly rank: number; readonly scale: number; readonly targetModules: readonly string[] },
  file: StoredBlob,
): Promise<void> {
  const digest = adapter.ownFrameDigest!;
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [digest]);
  const alike = await em.find(Adapter, { ownFrameDigest: digest, frame: null, base: adapter.base.id });
  let frame = await em.findOne(TangentFrame, { digest });
  if (frame === null && alike.length < 2) return;
  frame ??= em.create(TangentFrame, {
    name: `frame of ${adapter.name}`,
    base: adapter.base,
    rank,
    scale,
    targetModules: [...targetModules],
    digest,
    blob: file.digest,
  } as never);
  em.persist(frame);
  for (const member of alike) member.frame = ref(frame);
}
