import { compareNames } from '@crucible/engine/tensors';
import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { uploadErrors } from './errors.js';
import { uploadLimits, type UploadLimits } from './upload-limits.js';
import { isPickle } from './wanted-file.js';

/**
 * What of a folder is the adapter: the folder that holds adapter_config.json, or else the one safetensors file. A file is itself.
 *
 * @throws UPLOAD_NO_ADAPTER where there is none or more than one; UPLOAD_PICKLED; UPLOAD_TOO_MANY_ENTRIES
 */
export async function findAdapterFiles(
  path: string,
  limits: Pick<UploadLimits, 'walkedEntries' | 'depth'> = uploadLimits,
): Promise<string> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw uploadErrors.noAdapter({ problem: 'the files are not there any more; upload them again' }, error);
  });
  if (info.isFile()) return path;
  const files = (await walk(path, limits)).toSorted(compareNames);
  const configs = files.filter((name) => basename(name) === 'adapter_config.json');
  const weights = files.filter((name) => name.endsWith('.safetensors') && !basename(name).startsWith('._'));
  if (configs.length > 1) {
    const problem = `there are ${configs.length} adapters (${configs.slice(0, 3).join(', ')}); give one`;
    throw uploadErrors.noAdapter({ problem });
  }
  if (weights.length === 0) {
    const pickle = files.find(isPickle);
    if (pickle !== undefined) throw uploadErrors.pickled({ name: pickle });
    throw uploadErrors.noAdapter({ problem: 'there is no .safetensors file' });
  }
  if (configs.length === 1) {
    const folder = dirname(configs[0]!);
    if (!weights.some((name) => dirname(name) === folder)) {
      throw uploadErrors.noAdapter({ problem: `there is no .safetensors file beside ${configs[0]}` });
    }
    return join(path, folder);
  }
  const folders = new Set(weights.map((name) => dirname(name)));
  if (weights.length === 1) return join(path, weights[0]!);
  // Shards lie beside the index that names them.
  const index = files.find((name) => name.endsWith('.safetensors.index.json'));
  if (index !== undefined && folders.size === 1) return join(path, dirname(index));
  const problem = `there are ${weights.length} .safetensors files and no adapter_config.json that says which belong together`;
  throw uploadErrors.noAdapter({ problem });
}

/** Paths of what is in a folder and in the folders inside of it, links not followed: read entry by entry, for a folder may hold millions. */
async function walk(
  root: string,
  { walkedEntries, depth }: Pick<UploadLimits, 'walkedEntries' | 'depth'>,
): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  for (const folder of folders) {
    for await (const entry of await opendir(join(root, folder))) {
      if (found.length >= walkedEntries) throw uploadErrors.tooMany({ limit: walkedEntries });
      const name = join(folder, entry.name);
      found.push(name);
      if (entry.isDirectory() && name.split(sep).length < depth) folders.push(name);
    }
  }
  return found;
}
