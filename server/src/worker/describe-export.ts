import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ExportWork } from '../compute/export-protocol.js';
import { FusionMember, type Adapter, type ExportRun } from '../entities/index.js';
import { findFusionOf } from '../services/find-fusion-of.js';
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
    taskType: await taskTypeOf(em, adapter),
    maxRank: run.maxRank,
    dtype: run.dtype,
    maxShardBytes: run.maxShardBytes,
    outputFolder: await blobs.incoming(),
  };
}

/** As its files had it; a fused adapter is for what all of its members were for. */
async function taskTypeOf(em: EntityManager, adapter: Adapter): Promise<string | null> {
  if (adapter.inspection) return adapter.inspection.taskType;
  const fused = await findFusionOf(em, adapter.id);
  if (fused === null) return null;
  const members = await em.find(FusionMember, { run: fused.id }, { populate: ['adapter', 'adapter.inspection'] });
  const types = new Set(members.map(({ adapter }) => adapter.getEntity().inspection?.taskType ?? null));
  return types.size === 1 ? [...types][0]! : null;
}
