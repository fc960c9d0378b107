import type { BlobStore } from '../blobs/index.js';
import type { ImportWork } from '../compute/import-protocol.js';
import { ImportSourceKind, type ImportRun } from '../entities/index.js';
import { findInRoot, importRoot } from '../imports/import-root.js';
import { findAdapterFiles } from '../uploads/find-adapter-files.js';
import { uploadFolder } from '../uploads/upload-folder.js';
import { modelFolder } from './model-folder.js';

/** What a compute process needs to be told about an import: the directory is looked at again, for it may have moved since it was asked for. */
export async function describeImport(blobs: BlobStore, home: string, run: ImportRun): Promise<ImportWork> {
  const base = run.base && (await run.base.loadOrFail());
  return {
    kind: 'IMPORT',
    name: run.name,
    source: await describeSource(home, run),
    base: base && { folder: await modelFolder(blobs, home, base), digest: base.digest },
    scratch: await blobs.incoming(),
    outputPath: await blobs.incoming(),
    framePath: await blobs.incoming(),
  };
}

async function describeSource(home: string, { source }: ImportRun): Promise<ImportWork['source']> {
  if (source.upload !== null) return { kind: 'PATH', path: await findAdapterFiles(uploadFolder(home, source.upload)) };
  if (source.kind === ImportSourceKind.HUB) return { kind: 'HUB', repo: source.repo!, commit: source.commit! };
  return { kind: 'PATH', path: await findInRoot(importRoot(), source.directory!) };
}
