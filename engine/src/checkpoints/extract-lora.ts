import { digestTensors } from '../adapters/digest-model.js';
import type { AdapterFactors, AdapterManifest, AdapterModuleInfo } from '../adapters/adapter.js';
import { writeAdapter, type WrittenAdapter } from '../adapters/write-adapter.js';
import {
  balanceFactors,
  sliceColumns,
  sliceRows,
  toFloat32,
  transpose,
  truncatedSvd,
  type TruncatedSvd,
} from '../algebra/index.js';
import type { TensorInfo } from '../tensors/index.js';
import { compareCheckpoints, type VocabularyRule } from './compare-checkpoints.js';
import { checkpointErrors } from './errors.js';
import { areFinite } from './float-dtype.js';
import { checkpointLimits } from './limits.js';
import type { Checkpoint } from './open-checkpoint.js';
import { isVocabularyTensor } from './tied-weights.js';

export interface ExtractLoraRequest {
  readonly base: Checkpoint;
  readonly finetuned: Checkpoint;
  /** Rank of every module; or, with `energy`, the most that a module may take (256). */
  readonly rank?: number;
  /** Share of ‖Δ‖² that each module shall keep, above 0 and below 1: each gets the least rank that does. */
  readonly energy?: number;
  /** Which matrices; left out: every changed matrix that is no embedding and no output layer. Gets the tensor's name without `.weight`. */
  readonly targets?: (module: string) => boolean;
  readonly outputPath: string;
  readonly name?: string;
  /** Identity of the base as adapters state it; computed from all of its bytes where left out. */
  readonly baseDigest?: string;
  readonly seed?: number;
  /** Vectors beyond the rank that the search carries along. */
  readonly oversampling?: number;
  /** Most passes over a matrix; fewer are made when another would gain nothing. */
  readonly powerIterations?: number;
  readonly vocabulary?: VocabularyRule;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly module: string }) => void;
}

export interface ExtractedModule {
  readonly module: string;
  readonly rank: number;
  /** ‖Δ‖, Frobenius. */
  readonly norm: number;
  /** ‖Δ - B·A‖, exactly: √(‖Δ‖² - Σσ²) of the values that were kept. */
  readonly error: number;
  /** Share of ‖Δ‖² that is kept; 1 - (error / norm)². */
  readonly retainedEnergy: number;
}

export interface ExtractedLora extends WrittenAdapter {
  readonly path: string;
  readonly rank: number;
  readonly modules: readonly ExtractedModule[];
  /** Over all extracted modules together: ‖Δ - B·A‖ / ‖Δ‖. */
  readonly relativeError: number;
  /** Changed tensors that the adapter does not carry (norms, biases, embeddings, what `targets` left out), with ‖Δ‖, the largest first. */
  readonly leftOut: readonly { readonly tensor: string; readonly norm: number }[];
}

/** As `energy` may ask for, unless `rank` says otherwise. */
const MOST_RANK = 256;
/** The first guess of the rank that an energy takes; doubled until it does. */
const FIRST_RANK = 16;

/** Models whose linear layers are stored `[in, out]` (transformers' Conv1D). */
const TRANSPOSED_MODELS: ReadonlySet<unknown> = new Set(['gpt2', 'openai-gpt', 'imagegpt']);
const CONV1D = /(?:^|\.)(?:c_attn|c_proj|c_fc|q_attn)$/;

interface Extraction {
  readonly info: AdapterModuleInfo;
  readonly factors: AdapterFactors;
  readonly report: ExtractedModule;
}

/**
 * The LoRA that comes closest to a fine-tuned checkpoint: for each matrix Δ = θ - θ_0 its leading singular triples, found by subspace iteration from a
 * seeded random start (Halko, Martinsson and Tropp, 2011; `truncatedSvd`), written with balanced factors and scale 1. The error of each module is measured
 * against the whole of Δ, not estimated. One matrix is in memory at a time; the same input and seed give the same bytes.
 *
 * @throws CHECKPOINT_MISMATCH and its kin, CHECKPOINT_ARGUMENT_INVALID, CHECKPOINT_NOTHING_EXTRACTED, CHECKPOINT_NOT_FINITE
 */
export async function extractLora(request: ExtractLoraRequest): Promise<ExtractedLora> {
  const { base, finetuned, signal, outputPath } = request;
  checkArguments(request);
  const vocabulary = request.vocabulary === undefined ? {} : { vocabulary: request.vocabulary };
  const { tensors } = await compareCheckpoints(base, [finetuned], vocabulary);
  const merged = tensors.filter(({ treatment, commonRows }) => treatment === 'MERGE' && commonRows === undefined);
  const extracted: Extraction[] = [];
  const leftOut: { tensor: string; norm: number }[] = [];
  for (const [index, { name, base: info }] of merged.entries()) {
    signal?.throwIfAborted();
    const module = name.replace(/\.weight$/, '');
    const delta = await readDelta(base, finetuned, name);
    const norm = Math.sqrt(sumSquares(delta));
    if (norm > 0) {
      if (isTarget(request, name, info)) extracted.push(await extractModule(request, module, info, delta, norm));
      else leftOut.push({ tensor: name, norm });
    }
    request.onProgress?.({ done: index + 1, total: merged.length, module });
  }
  if (extracted.length === 0) throw checkpointErrors.nothingExtracted({ folder: finetuned.folder, base: base.folder });
  const rank = Math.max(...extracted.map(({ info }) => info.rank));
  const manifest: AdapterManifest = {
    version: 1,
    name: request.name ?? 'extracted',
    method: 'LORA',
    rank,
    alpha: rank,
    scale: 1,
    targetModules: [...new Set(extracted.map(({ info }) => info.name.split('.').at(-1)!))].sort(),
    baseDigest: request.baseDigest ?? (await digestTensors(base.source)),
    provenance: {
      extractedAt: request.energy === undefined ? `rank ${request.rank}` : `energy ${request.energy}`,
      seed: request.seed ?? 0,
    },
  };
  const modules = extracted.map(({ info, factors }) => ({ info, factors: () => factors }));
  const written = await writeAdapter(outputPath, manifest, modules, signal ? { signal } : {});
  const reports = extracted.map(({ report }) => report);
  const total = reports.reduce((sum, { norm }) => sum + norm ** 2, 0);
  const lost = reports.reduce((sum, { error }) => sum + error ** 2, 0);
  return {
    ...written,
    path: outputPath,
    rank,
    modules: reports,
    relativeError: Math.sqrt(lost / total),
    leftOut: leftOut.sort((x, y) => y.norm - x.norm),
  };
}

function checkArguments({ rank, energy }: ExtractLoraRequest): void {
  const invalid = (argument: string, got: unknown, expected: string): Error =>
    checkpointErrors.argumentInvalid({ argument, got, expected });
  const limit = checkpointLimits.extractedRank;
  if (rank === undefined && energy === undefined) throw invalid('rank', 'missing', 'a rank, or an energy');
  if (rank !== undefined && !(Number.isSafeInteger(rank) && rank >= 1 && rank <= limit)) {
    throw invalid('rank', rank, `a whole number from 1 to ${limit}`);
  }
  if (energy !== undefined && !(energy > 0 && energy < 1))
    throw invalid('energy', energy, 'a number above 0 and below 1');
}

function isTarget({ targets }: ExtractLoraRequest, name: string, { shape }: TensorInfo): boolean {
  if (shape.length !== 2 || !name.endsWith('.weight')) return false;
  return targets
    ? targets(name.slice(0, -'.weight'.length))
    : !isVocabularyTensor(name) && !/position_embeddings?\.|(?:^|\.)wpe\./.test(name);
}

async function readDelta(base: Checkpoint, finetuned: Checkpoint, tensor: string): Promise<Float32Array> {
  const [before, after] = await Promise.all([base.source.readFloat32(tensor), finetuned.source.readFloat32(tensor)]);
  for (let i = 0; i < after.length; i += 1) after[i]! -= before[i]!;
  if (!areFinite(after)) throw checkpointErrors.notFinite({ folder: finetuned.folder, tensor });
  return after;
}

function sumSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i]! * values[i]!;
  return sum;
}

async function extractModule(
  request: ExtractLoraRequest,
  module: string,
  { shape }: TensorInfo,
  data: Float32Array,
  norm: number,
): Promise<Extraction> {
  const [rows, columns] = shape as readonly [number, number];
  const found = await decompose(request, { rows, columns, data });
  const rank = found.singularValues.length;
  const { b: left, a: right } = balanceFactors(found);
  const transposed = TRANSPOSED_MODELS.has(request.base.config?.get('model_type')) && CONV1D.test(module);
  // Stored Δ = left·right; of a transposed layer ΔW = Δᵀ = rightᵀ·leftᵀ.
  const [b, a] = transposed ? [transpose(right), transpose(left)] : [left, right];
  const info: AdapterModuleInfo = {
    name: module,
    inFeatures: a.columns,
    outFeatures: b.rows,
    rank,
    scale: 1,
    ...(transposed && { layout: 'TRANSPOSED' as const }),
  };
  const { retainedEnergy } = found;
  const error = norm * Math.sqrt(Math.max(0, 1 - retainedEnergy));
  return { info, factors: { a: toFloat32(a), b: toFloat32(b) }, report: { module, rank, norm, error, retainedEnergy } };
}

async function decompose(
  { rank, energy, seed = 0, oversampling, powerIterations, signal }: ExtractLoraRequest,
  dense: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
): Promise<TruncatedSvd> {
  const options = {
    seed,
    ...(oversampling !== undefined && { oversampling }),
    ...(powerIterations !== undefined && { iterations: powerIterations }),
    ...(signal && { signal }),
  };
  const most = Math.min(rank ?? MOST_RANK, dense.rows, dense.columns);
  if (energy === undefined) return truncatedSvd(dense, most, options);
  for (let guess = Math.min(FIRST_RANK, most); ; guess = Math.min(2 * guess, most)) {
    const found = await truncatedSvd(dense, guess, options);
    if (found.retainedEnergy >= energy || guess === most) return cutAtEnergy(found, energy);
  }
}

/** The least rank that keeps the energy; all of it where none does. */
function cutAtEnergy(found: TruncatedSvd, energy: number): TruncatedSvd {
  const { u, singularValues, vt, retainedEnergy } = found;
  const kept = singularValues.reduce((sum, value) => sum + value ** 2, 0);
  // retainedEnergy is measured against the whole matrix: it says what a share of 1 is.
  const total = retainedEnergy === 0 ? Infinity : kept / retainedEnergy;
  let sum = 0;
  let rank = 0;
  while (rank < singularValues.length && sum < energy * total) sum += singularValues[rank++]! ** 2;
  rank = Math.max(1, rank);
  if (rank === singularValues.length) return found;
  return {
    u: sliceColumns(u, 0, rank),
    singularValues: singularValues.slice(0, rank),
    vt: sliceRows(vt, 0, rank),
    retainedEnergy: sum / total,
  };
}
