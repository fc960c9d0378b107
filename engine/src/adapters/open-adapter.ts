import { openSafetensors, type OpenSafetensorsOptions } from '../tensors/index.js';
import type { AdapterFile, AdapterManifest, AdapterModuleInfo } from './adapter.js';
import { adapterErrors } from './errors.js';
import { parseManifest } from './manifest.js';
import { layoutProblem } from './module-layout.js';
import { collectModules, factorName, readFactor, type FactorShapes } from './module-tensors.js';

export interface OpenAdapterOptions extends OpenSafetensorsOptions {
  /** SHA-256 of the file, where a content-addressed store knows it already: then no more is read than the header. */
  readonly knownDigest?: string;
}

/**
 * Opens an adapter: manifest and factors agree once this returns, and the digest is that of the bytes on disk, or the one that is known.
 * Factors of F32, F16, BF16 or F64 come as float32 when asked for; errors: `adapterErrors`, `tensorErrors`.
 */
export async function openAdapter(path: string, options: OpenAdapterOptions = {}): Promise<AdapterFile> {
  const tensors = await openSafetensors(path, options);
  try {
    const text = tensors.metadata.get('crucible');
    if (text === undefined) throw adapterErrors.manifestMissing({ file: path, key: 'crucible' });
    const manifest = parseManifest(path, text);
    const modules = joinManifest(path, manifest, collectModules(path, tensors));
    const digest = options.knownDigest ?? (await tensors.digest());
    return {
      path,
      digest,
      byteLength: tensors.byteLength,
      manifest,
      modules,
      async readFactors(module) {
        if (!modules.has(module)) throw adapterErrors.moduleUnknown({ file: path, module });
        const a = await readFactor(path, tensors, factorName(module, 'A'));
        const b = await readFactor(path, tensors, factorName(module, 'B'));
        return { a, b };
      },
      close: () => tensors.close(),
    };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

function joinManifest(
  file: string,
  manifest: AdapterManifest,
  shapes: readonly FactorShapes[],
): ReadonlyMap<string, AdapterModuleInfo> {
  const scales = new Map(Object.entries(manifest.moduleScales ?? {}));
  const layouts = new Map(Object.entries(manifest.moduleLayouts ?? {}));
  const modules = new Map<string, AdapterModuleInfo>(
    shapes.map((shape) => [
      shape.name,
      { ...shape, scale: scales.get(shape.name) ?? manifest.scale, ...layouts.get(shape.name) },
    ]),
  );
  for (const name of [...scales.keys(), ...layouts.keys()]) {
    if (!modules.has(name)) throw adapterErrors.moduleUnknown({ file, module: name });
  }
  for (const info of modules.values()) {
    const rule = layoutProblem(info);
    if (rule !== undefined) throw adapterErrors.moduleInvalid({ file, module: info.name, rule });
  }
  const rank = greatestRank(shapes);
  if (rank !== manifest.rank) {
    const rule = `its rank is ${manifest.rank}, but the greatest rank of a module is ${rank}`;
    throw adapterErrors.manifestInvalid({ file, rule });
  }
  return modules;
}

export function greatestRank(modules: readonly { readonly rank: number }[]): number {
  return modules.reduce((greatest, { rank }) => Math.max(greatest, rank), 0);
}
