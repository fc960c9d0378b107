import { join } from 'node:path';
import type { BlobStore } from '../blobs/index.js';
import type { BaseModel } from '../entities/index.js';

/** The base's files under their names, linked to the blobs: a loader wants a folder. */
export async function modelFolder(blobs: BlobStore, home: string, base: BaseModel): Promise<string> {
  const folder = join(home, 'models', base.digest);
  for (const [name, digest] of Object.entries(base.files)) await blobs.linkTo(digest, join(folder, name));
  return folder;
}
