import { planLayout } from '../tensors/plan-layout.js';
import type { AdapterManifest, AdapterModuleInfo } from './adapter.js';
import { formatManifest } from './manifest.js';
import { factorName } from './module-tensors.js';
import { withModules } from './write-adapter.js';

/** Tensors and bytes of the file that `writeAdapter` would write, from shapes alone: nothing is read or written. */
export function measureAdapter(
  manifest: AdapterManifest,
  modules: readonly AdapterModuleInfo[],
): { readonly tensors: number; readonly byteLength: number } {
  const name = 'a planned adapter';
  const described = withModules(
    manifest,
    modules.map((info) => ({ info })),
  );
  const specs = modules.flatMap(({ name: module, rank, inFeatures, outFeatures }) => [
    { name: factorName(module, 'A'), dtype: 'F32' as const, shape: [rank, inFeatures] },
    { name: factorName(module, 'B'), dtype: 'F32' as const, shape: [outFeatures, rank] },
  ]);
  const metadata = new Map([
    ['format', 'pt'],
    ['crucible', formatManifest(name, described)],
  ]);
  return { tensors: specs.length, byteLength: planLayout(name, specs, metadata).byteLength };
}
