import { basename } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { wakeWorkers } from '../changes/index.js';
import { ImportRun, ImportSourceKind, ImportTarget, type ImportSource } from '../entities/index.js';
import { hubSettings, resolveRevision } from '../imports/index.js';
import { importRoot, resolveInRoot } from '../imports/import-root.js';
import { announce } from '../jobs/index.js';
import { checkHub, refusable, type ImportContext } from './import-adapter.js';
import { InvalidOptions, QuotaExceeded, type SourceRefused } from './problems.js';
import { serviceLimits } from './service-limits.js';

export interface ImportBaseModelInput {
  readonly name?: string | undefined;
  /** Exactly one of the two. */
  readonly source: {
    readonly directory?: string | null | undefined;
    readonly hub?: { readonly repo: string; readonly revision?: string | undefined } | null | undefined;
  };
}

/** Queues the taking in of a base model: what adapters are checked against, scored with, and merged into. */
export async function importBaseModel(
  em: EntityManager,
  { queue }: Pick<ImportContext, 'queue'>,
  input: ImportBaseModelInput,
): Promise<ImportRun | InvalidOptions | QuotaExceeded | SourceRefused> {
  if ((input.name?.length ?? 0) > serviceLimits.nameLength) {
    return new QuotaExceeded('characters of the name', input.name!.length, serviceLimits.nameLength, ['name']);
  }
  const source = await refusable(() => pinSource(input.source));
  if (!('kind' in source)) return source;
  return em.transactional(async (em) => {
    const run = em.create(ImportRun, {
      target: ImportTarget.BASE_MODEL,
      name: input.name ?? (basename(source.repo ?? source.directory ?? '') || 'imported base'),
      source,
    } as never);
    run.queueJob = await queue.send(em, { kind: 'IMPORT', id: run.id });
    em.persist(run);
    await em.flush();
    await announce(em, run);
    await wakeWorkers(em);
    return run;
  });
}

async function pinSource({ directory, hub }: ImportBaseModelInput['source']): Promise<ImportSource | InvalidOptions> {
  const nothing = { upload: null, directory: null, repo: null, revision: null, commit: null };
  if (directory !== undefined && directory !== null) {
    await resolveInRoot(importRoot(), directory);
    return { ...nothing, kind: ImportSourceKind.DIRECTORY, directory };
  }
  const checked = checkHub(hub!);
  if (checked instanceof InvalidOptions) return checked;
  const { repo, revision } = checked;
  const commit = await resolveRevision({ ...hubSettings(), repo }, revision);
  return { ...nothing, kind: ImportSourceKind.HUB, repo, revision, commit };
}
