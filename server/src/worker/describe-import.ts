import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { BlobStore } from '../blobs/index.js';
import type { ImportWork, WorkSource } from '../compute/import-protocol.js';
import type { BaseImportWork } from '../compute/base-import-protocol.js';
import type { TaskImportWork } from '../compute/task-import-protocol.js';
import { ImportRun, ImportSourceKind, ImportTarget, type ImportSource } from '../entities/index.js';
import { isModelFile } from '../imports/model-file.js';
import { findInRoot, importRoot, resolveInRoot } from '../imports/import-root.js';
import { locateRecipe } from '../imports/recipe-paths.js';
import { findAdapterFiles } from '../uploads/find-adapter-files.js';
import { uploadFolder } from '../uploads/upload-folder.js';
import { adapterBase } from './model-folder.js';

/** What a compute process needs to be told about an import: the directory is looked at again, for it may have moved since it was asked for. */
export async function describeImport(
  em: EntityManager,
  blobs: BlobStore,
  home: string,
  run: ImportRun,
): Promise<ImportWork | BaseImportWork | TaskImportWork> {
  if (run.target === ImportTarget.BASE_MODEL) {
    return { kind: 'BASE_IMPORT', source: await describeModel(run), outputFolder: await blobs.incoming() };
  }
  if (run.target === ImportTarget.TASK) {
    const { recipe: asked } = await em.findOneOrFail(
      ImportRun,
      { id: run.id },
      { populate: ['recipe'], refresh: true },
    );
    const { upload, directory } = run.source;
    const recipe =
      upload === null
        ? await locateRecipe(importRoot(), directory!, asked!)
        : await locateRecipe(uploadFolder(home, upload), '.', asked!);
    return { kind: 'TASK_IMPORT', recipe, outputPath: await blobs.incoming() };
  }
  const base = run.base && (await run.base.loadOrFail());
  return {
    kind: 'IMPORT',
    name: run.name,
    source: await describeSource(home, run.source),
    start: run.start && (await describeSource(home, run.start)),
    dora: run.dora,
    changedBase: run.changedBase,
    base: base && (await adapterBase(blobs, home, base)),
    scratch: await blobs.incoming(),
    outputPath: await blobs.incoming(),
    framePath: await blobs.incoming(),
  };
}

/** A folder none of whose files leads out of the root. */
async function describeModel({ source }: ImportRun): Promise<BaseImportWork['source']> {
  if (source.kind === ImportSourceKind.HUB) return { kind: 'HUB', repo: source.repo!, commit: source.commit! };
  const path = await resolveInRoot(importRoot(), source.directory!);
  for (const name of await readdir(path)) if (isModelFile(name)) await resolveInRoot(importRoot(), join(path, name));
  return { kind: 'PATH', path };
}

async function describeSource(home: string, source: ImportSource): Promise<WorkSource> {
  if (source.upload !== null) return { kind: 'PATH', path: await findAdapterFiles(uploadFolder(home, source.upload)) };
  if (source.kind === ImportSourceKind.HUB) return { kind: 'HUB', repo: source.repo!, commit: source.commit! };
  return { kind: 'PATH', path: await findInRoot(importRoot(), source.directory!) };
}
