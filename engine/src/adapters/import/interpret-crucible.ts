import type { OpenSafetensorsOptions } from '../../tensors/index.js';
import { openAdapter } from '../open-adapter.js';
import type { AdapterManifest } from '../adapter.js';
import { NO_FACTS, type Interpretation } from './source-module.js';

/** An adapter that Crucible wrote, as any other source: its factors are read through a file that is opened for each. */
export async function interpretCrucible(
  path: string,
  options: OpenSafetensorsOptions,
): Promise<Pick<Interpretation, 'modules' | 'targets' | 'facts'> & { readonly manifest: AdapterManifest }> {
  const file = await openAdapter(path, options);
  await file.close();
  const readFactors = async (module: string) => {
    const again = await openAdapter(path, options);
    try {
      return await again.readFactors(module);
    } finally {
      await again.close();
    }
  };
  return {
    manifest: file.manifest,
    targets: file.manifest.targetModules,
    facts: NO_FACTS,
    modules: [...file.modules.values()].map((info) => ({
      info,
      kind: info.parameter === 'BIAS' ? 'BIAS' : 'LORA',
      alpha: info.scale * info.rank,
      dtype: 'F32',
      shapes: [
        [info.rank, info.inFeatures],
        [info.outFeatures, info.rank],
      ],
      readFactors: () => readFactors(info.name),
    })),
  };
}
