import { createHash } from 'node:crypto';
import { isCrucibleError } from '../../errors/index.js';
import { viewBytes } from '../../tensors/index.js';
import { commonest } from '../commonest.js';
import { adapterLimits } from '../limits.js';
import { greatestRank } from '../open-adapter.js';
import { digestFrame } from '../tangent-frame.js';
import { openBaseWeights, type BaseWeights } from './base-weights.js';
import type { AdapterBlocker, AdapterInspection, AdapterNotice, InspectedModule } from './inspection.js';
import { interpret } from './interpret.js';
import { openAdapterSource } from './open-source.js';
import type { Interpretation, SourceModule } from './source-module.js';
import { updateSpectrum } from './spectrum.js';

export interface AdapterBase {
  /** `digestModel` of the base: what the adapter will belong to. */
  readonly digest: string;
  /** Hugging Face folder with its weights: needed for tensors that were trained whole, and to check names and shapes. */
  readonly folder?: string;
}

export interface InspectAdapterOptions {
  readonly base?: AdapterBase;
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
  readonly read: Interpretation;
  readonly base: BaseWeights | undefined;
}

/** Opens source and base, reads them, and closes both whatever happens. */
export async function withInterpretation<T>(
  path: string,
  options: Pick<InspectAdapterOptions, 'base' | 'signal'>,
  use: (opened: OpenedInterpretation) => Promise<T>,
): Promise<T> {
  const { signal } = options;
  const open = signal === undefined ? {} : { signal };
  const source = await openAdapterSource(path, open);
  try {
    const folder = options.base?.folder;
    const base = folder === undefined ? undefined : await openBaseWeights(folder, open);
    try {
      return await use({ files: source.files, read: await interpret(source, base, open), base });
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
  const hash = createHash('sha256').update('crucible-factors-1\n');
  for (const module of read.modules) {
    options.signal?.throwIfAborted();
    const spectrum = await study(module, options, hash, { blockers, notices });
    const { info, kind, alpha, dtype, shapes } = module;
    modules.push({ ...info, kind, alpha, dtype, shapes, ...(spectrum !== undefined && { spectrum }) });
    options.onProgress?.(modules.length, read.modules.length);
  }
  const importable = blockers.length === 0;
  const frame = importable && modules.length > 0 ? { digest: hash.digest('hex') } : {};
  const baseDigest = options.base?.digest;
  const frameDigest =
    importable && baseDigest !== undefined ? await frameDigestOf(baseDigest, read.modules) : undefined;
  return {
    source: path,
    dialect: read.dialect,
    files,
    base: read.base,
    modules,
    targets: read.targets,
    rank: greatestRank(modules),
    scale: modules.length === 0 ? 1 : commonest(modules.map(({ scale }) => scale)),
    frame: { ...frame, ...(frameDigest !== undefined && { frameDigest }) },
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
  hash: ReturnType<typeof createHash>,
  { blockers, notices }: Lists,
): Promise<InspectedModule['spectrum']> {
  const { info } = module;
  try {
    const factors = await module.readFactors();
    hash
      .update(`${JSON.stringify([info.name, info.rank, info.inFeatures, info.scale])}\n`)
      .update(viewBytes(factors.a));
    if (!spectra || info.rank > adapterLimits.spectrumRank) return undefined;
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

/** The digest of the frame that these A's make, see `digestFrame`. */
export function frameDigestOf(baseDigest: string, modules: readonly SourceModule[]): Promise<string> {
  return digestFrame(
    baseDigest,
    modules.map((module) => ({ info: module.info, a: async () => (await module.readFactors()).a })),
  );
}
