import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openAdapter, type AdapterInspection, type AdapterManifest } from '@crucible/engine/adapters';

/** A file that a Crucible wrote: it says itself what it is, which base it belongs to and which frame. */
export interface OwnAdapter {
  readonly path: string;
  readonly manifest: AdapterManifest;
}

/** The file behind an inspection, where it is one of ours. */
export async function openOwn(source: string, found: AdapterInspection): Promise<OwnAdapter | undefined> {
  if (found.dialect !== 'CRUCIBLE') return undefined;
  const name = found.files.find((file) => file.name.endsWith('.safetensors'))?.name ?? '';
  const path = (await stat(source)).isDirectory() ? join(source, name) : source;
  const adapter = await openAdapter(path);
  await adapter.close();
  return { path, manifest: adapter.manifest };
}
