import { basename } from 'node:path';

/** Whether a file is one that an adapter consists of; all others of an archive are left out unread. */
export function isWanted(path: string): boolean {
  const name = basename(path);
  // macOS packs a shadow beside each file.
  if (name.startsWith('._')) return false;
  return name === 'adapter_config.json' || name.endsWith('.safetensors') || name.endsWith('.safetensors.index.json');
}

const OF_TASK = /(?:\.(?:parquet|jsonl|csv|tsv|png|jpe?g|webp|gif|tiff?|gz|idx[13])|idx[13]-ubyte)$/i;

/** Whether a file is one that a task can be made of; hidden ones are not. */
export function isWantedForTask(path: string): boolean {
  return !basename(path).startsWith('.') && OF_TASK.test(path);
}

/** Weights that only code could read: never opened. */
export const isPickle = (path: string): boolean => /\.(bin|pt|pth|ckpt|pkl|pickle)$/i.test(path);

export const isJson = (path: string): boolean => path.endsWith('.json');
