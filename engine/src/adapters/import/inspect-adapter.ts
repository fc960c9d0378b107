import { isCrucibleError } from '../../errors/index.js';
import type { TensorSource } from '../../tensors/index.js';
import type { AdapterFactors } from '../adapter.js';
import { commonest } from '../commonest.js';
import { adapterLimits } from '../limits.js';
import { greatestRank } from '../open-adapter.js';
import { createFrameHash } from '../tangent-frame.js';
import { openBaseWeights, type BaseWeights } from './base-weights.js';
import type { AdapterBlocker, AdapterInspection, AdapterNotice, InspectedModule } from './inspection.js';
import { interpret } from './interpret.js';
import { openAdapterSource } from './open-source.js';
import type { Interpretation, SourceModule } from './source-module.js';
import { subtractStart } from './subtract-start.js';
import { updateSpectrum } from './spectrum.js';

export interface AdapterBase {
  /** `digestModel` of the base: what the adapter will belong to. */
  readonly digest: string;
  /** Hugging Face folder with its weights: needed for tensors that were trained whole, and to check names and shapes. */
  readonly folder?: string;
}

export type DoraChoice = 'REFUSE' | 'FULL_RANK';

export interface InspectAdapterOptions {
  readonly base?: AdapterBase;
  /**
   * What becomes of DoRA: refused, or, with the base's folder, W′ - W as an update of full rank, which is exact and as large as the weight itself. REFUSE
   * where left out.
   */
  readonly dora?: DoraChoice;
  /**
   * True says that the base is not the stock one but what the start of the training made of it (PiSSA, OLoRA, CorDA, LoRA-GA, LoftQ): then the factors are
   * plain updates of it.
   */
  readonly changedBase?: boolean;
  /**
   * Folder of the adapter as it was before training, for a start that changed the base (PiSSA, OLoRA, CorDA, LoRA-GA): then the update against the stock
   * base is the difference of the two, exactly.
   */
  readonly start?: string;
  /** Singular values of every module; costs a QR of its factors. True where left out. */
  readonly spectra?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The pre-flight report of an adapter: what was understood, what is odd, and what stands in the way of an import. An adapter that is readable but cannot
 * be imported gets `blockers`, never an exception.
 *
 * @param path a folder that PEFT or diffusers saved, or one .safetensors file.
 * @throws adapterErrors.sourceUnreadable, tensorErrors: where the files themselves are no adapter's, or lie.
 */
export async function inspectAdapter(path: string, options: InspectAdapterOptions = {}): Promise<AdapterInspection> {
  return withInterpretation(path, options, (opened) => report(path, opened, options));
}

export interface OpenedInterpretation {
  readonly files: AdapterInspection['files'];
  readonly weights: TensorSource | undefined;
  readonly read: Interpretation;
  readonly base: BaseWeights | undefined;
}

/** Opens source and base, reads them, and closes both whatever happens. */
export async function withInterpretation<T>(
  path: string,
  options: Pick<InspectAdapterOptions, 'base' | 'dora' | 'changedBase' | 'start' | 'signal'>,
  use: (opened: OpenedInterpretation) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const open = signal === undefined ? {} : { signal };
  const source = await openAdapterSource(path, open);
  try {
    const folder = options.base?.folder;
    const base = folder === undefined ? undefined : await openBaseWeights(folder, open);
    try {
      const { dora, changedBase } = options;
      const baseDigest = options.base?.digest;
      const choices = {
        ...open,
        ...(dora && { dora }),
        ...(changedBase && { changedBase }),
        ...(baseDigest !== undefined && { baseDigest }),
      };
      const read = await interpret(source, base, choices);
      const { files, weights } = source;
      if (options.start === undefined) return await use({ files, weights, read, base });
      const start = await openAdapterSource(options.start, open);
      try {
        const before = await interpret(start, base, open);
        return await use({ files, weights, read: subtractStart(read, before), base });
      } finally {
        await start.close();
      }
    } finally {
      await base?.close();
    }
  } finally {
    await source.close();
  }
}

export async function report(
  path: string,
  { files, read }: OpenedInterpretation,
  options: InspectAdapterOptions,
): Promise<AdapterInspection> {
  const blockers: AdapterBlocker[] = [...read.blockers];
  const notices: AdapterNotice[] = [...read.notices];
  const modules: InspectedModule[] = [];
  const baseDigest = options.base?.digest;
  // Modules come sorted by name. Without a base the digest still tells which adapters share their A.
  const hashes = [createFrameHash(''), ...(baseDigest === undefined ? [] : [createFrameHash(baseDigest)])];
  for (const module of read.modules) {
    options.signal?.throwIfAborted();
    const { info, kind, alpha, dtype, shapes } = module;
    const onFactors = ({ a }: AdapterFactors): void => hashes.forEach((hash) => hash.add(info, a));
    const spectrum = await study(module, options, onFactors, { blockers, notices });
    modules.push({ ...info, kind, alpha, dtype, shapes, ...(spectrum !== undefined && { spectrum }) });
    options.onProgress?.(modules.length, read.modules.length);
  }
  const importable = blockers.length === 0;
  const [digest, frameDigest] = importable ? hashes.map((hash) => hash.digest()) : [];
  return {
    source: path,
    dialect: read.dialect,
    files,
    base: read.base,
    modules,
    targets: read.targets,
    rank: greatestRank(modules),
    scale: modules.length === 0 ? 1 : commonest(modules.map(({ scale }) => scale)),
    frame: { ...(digest !== undefined && { digest }), ...(frameDigest !== undefined && { frameDigest }) },
    facts: read.facts,
    notices: notices.slice(0, adapterLimits.findings),
    blockers: blockers.slice(0, adapterLimits.findings),
    importable,
  };
}

interface Lists {
  readonly blockers: AdapterBlocker[];
  readonly notices: AdapterNotice[];
}

/** Reads a module's factors once: for the digest of A, for NaN and infinities, and for its singular values. */
async function study(
  module: SourceModule,
  { spectra = true }: InspectAdapterOptions,
  onFactors: (factors: AdapterFactors) => void,
  { blockers, notices }: Lists,
): Promise<InspectedModule['spectrum']> {
  const { info } = module;
  try {
    const factors = await module.readFactors();
    onFactors(factors);
    const computable = info.rank <= adapterLimits.spectrumRank && Math.abs(info.scale) <= adapterLimits.scale;
    if (!spectra || !computable) return undefined;
    const spectrum = updateSpectrum(info, factors);
    if (spectrum.norm === 0) {
      notices.push({ code: 'UPDATE_ZERO', subject: info.name, message: 'its update is zero' });
    } else if (
      module.kind === 'LORA' &&
      spectrum.numericalRank < Math.min(info.rank, info.inFeatures, info.outFeatures)
    ) {
      const message = `its factors have rank ${info.rank}, its update needs ${spectrum.numericalRank}`;
      notices.push({ code: 'RANK_NOT_USED', subject: info.name, message });
    }
    return spectrum;
  } catch (error) {
    if (!isCrucibleError(error) || error.code !== 'ADAPTER_NOT_FINITE') throw error;
    blockers.push({ code: 'NOT_FINITE', subject: info.name, reason: error.message, remedy: error.remedy });
    return undefined;
  }
}
