import type { AdapterManifest } from '../adapter.js';
import { adapterErrors } from '../errors.js';
import { adapterLimits } from '../limits.js';
import { withModules, writeAdapter, type WrittenAdapter } from '../write-adapter.js';
import { digestBaseName, digestUnnamedBase } from './digest-base.js';
import {
  report,
  withInterpretation,
  type AdapterBase,
  type DoraChoice,
  type OpenedInterpretation,
} from './inspect-adapter.js';
import type { AdapterInspection } from './inspection.js';

export interface ImportAdapterOptions {
  /** A folder that PEFT or diffusers saved, or one .safetensors file. */
  readonly source: string;
  /** Where the adapter's file goes; what lies there is replaced, all at once. */
  readonly outputPath: string;
  readonly name: string;
  /** Without it the adapter belongs to the base that it tells itself: `digestBaseName`, or to one of its own where it tells none. */
  readonly base?: AdapterBase;
  /** As for `inspectAdapter`. */
  readonly dora?: DoraChoice;
  readonly changedBase?: boolean;
  readonly start?: string;
  /** Written into the manifest beside what the import itself says. */
  readonly provenance?: Readonly<Record<string, string | number | boolean>>;
  /** Singular values in the inspection; false where left out. */
  readonly spectra?: boolean;
  readonly signal?: AbortSignal;
  /** Modules read for the report, then tensors written. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ImportedAdapter extends WrittenAdapter {
  readonly path: string;
  /** As it stands in the file. */
  readonly manifest: AdapterManifest;
  readonly inspection: AdapterInspection;
}

/**
 * Turns any adapter that `inspectAdapter` finds importable into a file of our own, one module in memory at a time, numbers unchanged (float32; half
 * floats widen exactly). The same files, name and base give the same bytes; on failure or abort nothing is left behind.
 *
 * @throws adapterErrors.importRefused with the report's blockers.
 */
export async function importAdapter(options: ImportAdapterOptions): Promise<ImportedAdapter> {
  const { source, outputPath, signal, onProgress } = options;
  return withInterpretation(source, options, async (opened) => {
    const { modules, manifest: own } = opened.read;
    // Reading for the report, and writing two tensors a module.
    const total = 3 * modules.length;
    const base = options.base ?? { digest: own?.baseDigest ?? (await digestTold(opened, signal)) };
    const inspection = await report(source, opened, {
      base,
      spectra: options.spectra ?? false,
      ...(signal !== undefined && { signal }),
      onProgress: (done) => onProgress?.(done, total),
    });
    if (!inspection.importable) throw adapterErrors.importRefused({ file: source, blockers: inspection.blockers });
    // A file of ours stays what it is but for its name and what is said of its way.
    const manifest =
      own === undefined
        ? describe(options, inspection, base.digest)
        : { ...own, name: options.name, provenance: { ...own.provenance, ...options.provenance } };
    const written = await writeAdapter(
      outputPath,
      manifest,
      modules.map(({ info, readFactors }) => ({ info, factors: readFactors })),
      {
        ...(signal !== undefined && { signal }),
        onProgress: (done) => onProgress?.(modules.length + done, total),
      },
    );
    return { ...written, path: outputPath, manifest: withModules(manifest, modules), inspection };
  });
}

async function digestTold({ read: { base }, weights }: OpenedInterpretation, signal?: AbortSignal): Promise<string> {
  const { name } = base;
  if (name !== undefined) return digestBaseName({ ...base, name });
  // Without weights the import is refused.
  return weights === undefined ? '' : digestUnnamedBase(weights, signal);
}

function describe(options: ImportAdapterOptions, inspection: AdapterInspection, baseDigest: string): AdapterManifest {
  const { dialect, base, rank, scale, targets, frame, facts, modules } = inspection;
  const known = targets.every((target) => target.length <= adapterLimits.nameCharacters);
  return {
    version: 1,
    name: options.name,
    method: 'LORA',
    rank,
    alpha: scale * rank,
    scale,
    targetModules: known && targets.length > 0 ? targets : [...new Set(modules.map(({ name }) => name))],
    baseDigest,
    ...(frame.frameDigest !== undefined && { frameDigest: frame.frameDigest }),
    provenance: {
      kind: 'IMPORT',
      dialect,
      ...(base.name !== undefined && { baseModel: base.name }),
      ...(base.revision !== undefined && { baseRevision: base.revision }),
      ...(facts.peftVersion !== undefined && { peftVersion: facts.peftVersion }),
      ...(facts.taskType !== undefined && { taskType: facts.taskType }),
      ...options.provenance,
    },
  };
}
