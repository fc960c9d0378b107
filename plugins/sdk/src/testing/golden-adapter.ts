import { readPeftFolder, type AdapterFile } from '@crucible/engine/adapters';
import { fileURLToPath } from 'node:url';
import { syntheticAdapter } from './synthetic-adapters.js';

/** A folder that PEFT saved, as an adapter of the base that all of the kit's adapters have. Close it after use. */
export async function readGoldenAdapter(folder: URL): Promise<AdapterFile> {
  const peft = await readPeftFolder(fileURLToPath(folder));
  const { manifest } = syntheticAdapter({ seed: 1 });
  const rank = Math.max(...[...peft.modules.values()].map((module) => module.rank));
  // The digest keys the randomness alone, and its place in the order of sums: its name will do.
  const digest = Buffer.from(folder.pathname).toString('hex').padStart(64, '0').slice(-64);
  return { ...peft, digest, byteLength: 0, manifest: { ...manifest, name: folder.pathname, rank } };
}
