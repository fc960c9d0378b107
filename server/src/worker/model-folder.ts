import { join } from 'node:path';
import type { BlobStore } from '../blobs/index.js';
import type { BaseModel } from '../entities/index.js';

/** What an import needs to know of its base: the folder is left out where only the name of the base is known. */
export async function adapterBase(
  blobs: BlobStore,
  home: string,
  base: BaseModel,
): Promise<{ readonly digest: string; readonly folder?: string }> {
  const { digest, files } = base;
  return Object.keys(files).length === 0 ? { digest } : { digest, folder: await modelFolder(blobs, home, base) };
}

/** The base's files under their names, linked to the blobs: a loader wants a folder. */
export async function modelFolder(blobs: BlobStore, home: string, base: BaseModel): Promise<string> {
  const folder = join(home, 'models', base.digest);
  for (const [name, digest] of Object.entries(base.files)) await blobs.linkTo(digest, join(folder, name));
  return folder;
}
