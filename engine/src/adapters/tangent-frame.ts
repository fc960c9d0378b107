import { createHash } from 'node:crypto';
import {
  compareNames,
  openSafetensors,
  readFields,
  viewBytes,
  writeSafetensors,
  type OpenSafetensorsOptions,
} from '../tensors/index.js';
import { adapterErrors } from './errors.js';
import { adapterLimits } from './limits.js';
import { checkDigest, checkVersion, parseManifestJson, readNumbers, sortKeys } from './manifest.js';
import { checkFinite, checkModuleName, checkRank, factorName, matrixShape, readFactor } from './module-tensors.js';

/**
 * A tangent frame is the point φ0 that adapters are measured from: per module A0 `[rank, in]`, with B0 = 0. Adapters of one frame share A0 to the
 * bit, so their B's add up exactly.
 *
 * On disk: one safetensors file with `base_model.model.<module>.lora_A.weight` (F32), and `crucible_frame` in its metadata.
 */
export interface FrameManifest {
  readonly version: 1;
  /** `digestModel` of the base. */
  readonly baseDigest: string;
  readonly rank: number;
  readonly scale: number;
  /** Scales of the modules whose own differs from `scale`. */
  readonly moduleScales?: Readonly<Record<string, number>>;
  readonly targetModules: readonly string[];
}

export interface FrameModuleInfo {
  readonly name: string;
  readonly inFeatures: number;
  readonly rank: number;
  readonly scale: number;
}

export interface FrameModule {
  readonly info: FrameModuleInfo;
  readonly a: () => Promise<Float32Array> | Float32Array;
}

export interface TangentFrameFile {
  readonly path: string;
  /** `digestFrame`: what `AdapterManifest.frameDigest` refers to. */
  readonly digest: string;
  /** SHA-256 of the file's bytes. */
  readonly fileDigest: string;
  readonly byteLength: number;
  readonly manifest: FrameManifest;
  readonly modules: ReadonlyMap<string, FrameModuleInfo>;
  /** A0 of a module, `[rank, in]`, in memory of its own. */
  readA(module: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * SHA-256 of a frame: base digest, then name, shape, scale and float32 bytes of A0 of every module, in order of their names. Two frames have one
 * digest exactly if adapters of the one are adapters of the other; file, provenance and target patterns do not matter.
 */
export async function digestFrame(baseDigest: string, modules: readonly FrameModule[]): Promise<string> {
  const hash = createFrameHash(baseDigest);
  for (const { info, a } of [...modules].sort((x, y) => compareNames(x.info.name, y.info.name)))
    hash.add(info, await a());
  return hash.digest();
}

/** `digestFrame` for those who come by the A's one after the other anyway: modules must be added in order of their names. */
export function createFrameHash(baseDigest: string): {
  add(info: FrameModuleInfo, a: Float32Array): void;
  digest(): string;
} {
  const hash = createHash('sha256').update(`crucible-frame-1\n${JSON.stringify(baseDigest)}\n`);
  return {
    add(info, a) {
      hash.update(`${JSON.stringify([info.name, info.rank, info.inFeatures, info.scale])}\n`);
      hash.update(viewBytes(a));
    },
    digest: () => hash.digest('hex'),
  };
}

export interface WrittenFrame {
  /** `digestFrame`. */
  readonly digest: string;
  readonly fileDigest: string;
  readonly byteLength: number;
}

/** Writes a frame; equal frames give equal bytes. Each module's `a` is called twice. */
export async function writeFrame(
  path: string,
  manifest: Omit<FrameManifest, 'version' | 'moduleScales'>,
  modules: readonly FrameModule[],
  options: OpenSafetensorsOptions = {},
): Promise<WrittenFrame> {
  if (modules.length === 0) throw adapterErrors.empty({ file: path });
  const moduleScales = Object.create(null) as Record<string, number>;
  for (const { info } of modules) {
    checkModuleName(path, info.name);
    checkRank(info.rank, (rule) => adapterErrors.moduleInvalid({ file: path, module: info.name, rule }));
    if (info.scale !== manifest.scale) moduleScales[info.name] = info.scale;
  }
  const text = JSON.stringify(
    sortKeys({ ...manifest, version: 1, ...(Object.keys(moduleScales).length > 0 && { moduleScales }) }),
  );
  parseFrameManifest(path, text);
  const written = await writeSafetensors(path, {
    metadata: { format: 'pt', crucible_frame: text },
    tensors: modules.map(({ info, a }) => ({
      name: factorName(info.name, 'A'),
      dtype: 'F32',
      shape: [info.rank, info.inFeatures],
      async read() {
        const values = await a();
        checkFinite(path, factorName(info.name, 'A'), values);
        return viewBytes(values);
      },
    })),
    ...options,
  });
  const digest = await digestFrame(manifest.baseDigest, modules);
  return { digest, fileDigest: written.sha256, byteLength: written.byteLength };
}

export async function openFrame(path: string, options: OpenSafetensorsOptions = {}): Promise<TangentFrameFile> {
  const tensors = await openSafetensors(path, options);
  try {
    const text = tensors.metadata.get('crucible_frame');
    if (text === undefined) throw adapterErrors.manifestMissing({ file: path, key: 'crucible_frame' });
    const manifest = parseFrameManifest(path, text);
    const scales = new Map(Object.entries(manifest.moduleScales ?? {}));
    const modules = new Map<string, FrameModuleInfo>();
    for (const tensor of [...tensors.tensors.keys()].sort(compareNames)) {
      const [, name] = /^base_model\.model\.(.+)\.lora_A\.weight$/s.exec(tensor) ?? [];
      if (name === undefined) throw adapterErrors.foreignTensor({ file: path, tensor });
      checkModuleName(path, name);
      const invalid = (rule: string) => adapterErrors.moduleInvalid({ file: path, module: name, rule });
      const [rank, inFeatures] = matrixShape(tensors.info(tensor), 'lora_A', invalid);
      checkRank(rank, invalid);
      modules.set(name, { name, inFeatures, rank, scale: scales.get(name) ?? manifest.scale });
    }
    if (modules.size === 0) throw adapterErrors.empty({ file: path });
    const readA = async (module: string): Promise<Float32Array> => {
      if (!modules.has(module)) throw adapterErrors.moduleUnknown({ file: path, module });
      return readFactor(path, tensors, factorName(module, 'A'));
    };
    const digest = await digestFrame(
      manifest.baseDigest,
      [...modules.values()].map((info) => ({ info, a: () => readA(info.name) })),
    );
    const fileDigest = await tensors.digest();
    const { byteLength } = tensors;
    return { path, digest, fileDigest, byteLength, manifest, modules, readA, close: () => tensors.close() };
  } catch (error) {
    await tensors.close();
    throw error;
  }
}

function parseFrameManifest(file: string, text: string): FrameManifest {
  const invalid = (rule: string) => adapterErrors.manifestInvalid({ file, rule });
  const fields = readFields(parseManifestJson(file, text), invalid);
  checkVersion(file, fields.number('version'));
  const manifest: FrameManifest = {
    version: 1,
    baseDigest: fields.string('baseDigest'),
    rank: fields.integer('rank', 1, adapterLimits.rank),
    scale: fields.number('scale'),
    targetModules: fields.strings('targetModules', adapterLimits.targetModules, adapterLimits.nameCharacters),
    ...(fields.has('moduleScales') && { moduleScales: readNumbers(fields.map('moduleScales'), invalid) }),
  };
  fields.finish();
  checkDigest('baseDigest', manifest.baseDigest, invalid);
  return manifest;
}
