import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known of a linked TensorFlow; `link.json` of its folder. */
export interface LinkRecord {
  readonly version: 1;
  /** Version of TensorFlow, where its installation tells. */
  readonly tensorflow: string | null;
  /** Folder of the shared libraries, which stay where they are. */
  readonly libraries: string;
  /** Version of tfjs-node-gpu that the addon was built from. */
  readonly addon: string;
  /** Whether it was linked for a CUDA device, and found one. */
  readonly gpu: boolean;
}

export const LINK_RECORD = 'link.json';

/** undefined where nothing is linked, or what lies there is none of ours. */
export async function readLinkRecord(folder: string): Promise<LinkRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, LINK_RECORD), 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is LinkRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, libraries, addon, gpu } = value as Partial<Record<keyof LinkRecord, unknown>>;
  return version === 1 && typeof libraries === 'string' && typeof addon === 'string' && typeof gpu === 'boolean';
}
