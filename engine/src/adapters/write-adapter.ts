import { viewBytes, writeSafetensors, type TensorToWrite } from '../tensors/index.js';
import type { AdapterFactors, AdapterManifest, AdapterModuleInfo } from './adapter.js';
import { adapterErrors } from './errors.js';
import { formatManifest } from './manifest.js';
import { isPlainLayout, layoutFields, layoutProblem, type ModuleLayoutFields } from './module-layout.js';
import { checkFinite, checkModuleName, checkRank, factorName } from './module-tensors.js';
import { greatestRank } from './open-adapter.js';

/** A module that shall be written; `factors` is called once, when the writer gets to it. */
export interface AdapterModuleToWrite {
  readonly info: AdapterModuleInfo;
  readonly factors: () => Promise<AdapterFactors> | AdapterFactors;
}

export interface WriteAdapterOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface WrittenAdapter {
  /** SHA-256 of the file. */
  readonly digest: string;
  readonly byteLength: number;
}

/**
 * Writes an adapter in float32, one module in memory at a time; `openAdapter` then gives back the same numbers to the bit. Equal adapters give
 * equal bytes, in whatever order their modules come. Nothing is left behind on failure or abort.
 *
 * `manifest.rank` must be the greatest rank of the modules. Scales that differ from `manifest.scale` are recorded per module.
 */
export async function writeAdapter(
  path: string,
  manifest: AdapterManifest,
  modules: readonly AdapterModuleToWrite[],
  options: WriteAdapterOptions = {},
): Promise<WrittenAdapter> {
  if (modules.length === 0) throw adapterErrors.empty({ file: path });
  const rank = greatestRank(modules.map(({ info }) => info));
  if (rank !== manifest.rank) {
    const rule = `its rank is ${manifest.rank}, but the greatest rank of a module is ${rank}`;
    throw adapterErrors.manifestInvalid({ file: path, rule });
  }
  const written = await writeSafetensors(path, {
    metadata: { format: 'pt', crucible: formatManifest(path, withModules(manifest, modules)) },
    tensors: modules.flatMap((module) => toTensors(path, module)),
    ...options,
  });
  return { digest: written.sha256, byteLength: written.byteLength };
}

/** The manifest as it is written: scales and layouts are those of the modules themselves, whatever it was given. */
export function withModules(
  manifest: AdapterManifest,
  modules: readonly Pick<AdapterModuleToWrite, 'info'>[],
): AdapterManifest {
  const { moduleScales: _, moduleLayouts: __, ...rest } = manifest;
  const moduleScales = Object.create(null) as Record<string, number>;
  const moduleLayouts = Object.create(null) as Record<string, ModuleLayoutFields>;
  for (const { info } of modules) {
    if (info.scale !== manifest.scale) moduleScales[info.name] = info.scale;
    if (!isPlainLayout(info)) moduleLayouts[info.name] = layoutFields(info);
  }
  return {
    ...rest,
    ...(Object.keys(moduleScales).length > 0 && { moduleScales }),
    ...(Object.keys(moduleLayouts).length > 0 && { moduleLayouts }),
  };
}

function toTensors(file: string, { info, factors }: AdapterModuleToWrite): readonly TensorToWrite[] {
  const { name: module, rank, inFeatures, outFeatures } = info;
  checkModuleName(file, module);
  const invalid = (rule: string) => adapterErrors.moduleInvalid({ file, module, rule });
  checkRank(rank, invalid);
  const problem = layoutProblem(info);
  if (problem !== undefined) throw invalid(problem);
  // The writer asks for both factors, one after the other: they are made once and dropped after the second.
  let held: Promise<AdapterFactors> | undefined;
  const take = async (factor: 'a' | 'b'): Promise<Uint8Array> => {
    const first = held === undefined;
    held ??= Promise.resolve(factors());
    const values = (await held)[factor];
    if (!first) held = undefined;
    checkFinite(file, factorName(module, factor === 'a' ? 'A' : 'B'), values);
    return viewBytes(values);
  };
  return [
    { name: factorName(module, 'A'), dtype: 'F32', shape: [rank, inFeatures], read: () => take('a') },
    { name: factorName(module, 'B'), dtype: 'F32', shape: [outFeatures, rank], read: () => take('b') },
  ];
}
