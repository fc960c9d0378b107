import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareNames } from '../../tensors/index.js';
import { datasetErrors } from './errors.js';
import { datasetLimits } from './limits.js';
import { readingFailed, tooLarge } from './read-jsonl.js';

/** One image of a folder: its class is the name of the folder that it lies in. */
export interface FolderImage {
  readonly path: string;
  readonly className: string;
}

const IMAGE = /\.(?:png|jpe?g|webp|gif|tiff?)$/i;

/**
 * The images of `<folder>/<class>/…`, by class and name in the order of their code units, so that the same folder gives the same task everywhere. Hidden files and
 * those that are no images are passed over; links are not followed.
 *
 * @throws DATASET_UNREADABLE, DATASET_TOO_LARGE
 */
export async function listImageFolder(folder: string): Promise<readonly FolderImage[]> {
  const images: FolderImage[] = [];
  try {
    for (const { name: className } of await list(folder, (entry) => entry.isDirectory())) {
      for (const { name } of await list(join(folder, className), (entry) => entry.isFile() && IMAGE.test(entry.name))) {
        images.push({ path: join(folder, className, name), className });
        if (images.length > datasetLimits.files) throw tooLarge(folder, 'images', images.length, datasetLimits.files);
      }
    }
  } catch (error) {
    throw readingFailed(folder, 'a folder of images', error, undefined);
  }
  if (images.length > 0) return images;
  const reason = 'it has no images in folders that are named after their classes';
  throw datasetErrors.unreadable({ file: folder, format: 'a folder of images', reason });
}

interface Entry {
  readonly name: string;
  isDirectory(): boolean;
  isFile(): boolean;
}

async function list(folder: string, wanted: (entry: Entry) => boolean): Promise<readonly Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.name.startsWith('.') && wanted(entry))
    .sort((a, b) => compareNames(a.name, b.name));
}
