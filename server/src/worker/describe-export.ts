import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ExportWork } from '../compute/export-protocol.js';
import type { ExportRun } from '../entities/index.js';
import { findTaskType } from '../services/find-task-type.js';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about an export. */
export async function describeExport(
  em: EntityManager,
  blobs: BlobStore,
  home: string,
  run: ExportRun,
): Promise<ExportWork> {
  const adapter = await run.adapter.loadOrFail();
  await em.populate(adapter, ['inspection']);
  const base = await adapter.base.loadOrFail();
  const { revision } = base.config;
  return {
    kind: 'EXPORT',
    format: run.format,
    adapter: await blobs.locate(adapter.digest),
    base: {
      folder: await modelFolder(blobs, home, base),
      name: base.name,
      revision: adapter.inspection?.baseRevision ?? (typeof revision === 'string' ? revision : null),
    },
    taskType: await findTaskType(em, adapter),
    maxRank: run.maxRank,
    dtype: run.dtype,
    maxShardBytes: run.maxShardBytes,
    outputFolder: await blobs.incoming(),
  };
}
