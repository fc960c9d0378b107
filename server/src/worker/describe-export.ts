import type { BlobStore } from '../blobs/index.js';
import type { ExportWork } from '../compute/export-protocol.js';
import type { ExportRun } from '../entities/index.js';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about an export. */
export async function describeExport(blobs: BlobStore, home: string, run: ExportRun): Promise<ExportWork> {
  const adapter = await run.adapter.loadOrFail();
  const base = await adapter.base.loadOrFail();
  return {
    kind: 'EXPORT',
    format: run.format,
    adapter: await blobs.locate(adapter.digest),
    base: { folder: await modelFolder(blobs, home, base), name: base.name },
    maxRank: run.maxRank,
    dtype: run.dtype,
    maxShardBytes: run.maxShardBytes,
    outputFolder: await blobs.incoming(),
  };
}
