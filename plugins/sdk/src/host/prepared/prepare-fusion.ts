import type { AdapterFile } from '@crucible/engine/adapters';
import type { TensorFlow } from '../../contract/context.js';
import { parseOptions } from '../../options/parse-options.js';
import { checkFusion, type FusionCheck } from '../check/check-fusion.js';
import { checkOfRequest } from '../check/check-of-request.js';
import { resolveSpace } from '../check/resolve-space.js';
import { fusionErrors } from '../fusion-errors.js';
import type { FusionOutcome, FusionRequest } from '../fusion-run.js';
import { createContext } from '../fusion/create-context.js';
import { planModules } from '../fusion/module-plan.js';
import { scheduleModules } from '../fusion/schedule-modules.js';
import { readModule } from '../fusion/read-module.js';
import { runFusion } from '../run-fusion.js';
import { resolveStrategy } from '../wrapper/resolve-strategy.js';
import { measureModule, type MeasuredPreview } from './measure-module.js';
import { bytesOfModule, prepareModule, type PreparedModule } from './prepared-module.js';
import { previewErrors } from './preview-errors.js';
import { previewLimits } from './preview-limits.js';
import type { AdapterPreview, FusionPreview, MaterializeRequest, PreviewRequest } from './preview.js';
import { runStrategy } from './run-strategy.js';

export interface PrepareOptions {
  readonly tf: TensorFlow;
  /** Most bytes that the cores may take; the limit of the platform unless given. */
  readonly bytes?: number;
  readonly adapterMethods?: FusionRequest['adapterMethods'];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Adapters that are factorized once and then fused again and again in memory, with other weights, options and ranks. */
export interface PreparedSet {
  /** SHA-256 of the adapters' files, in order. */
  readonly digests: readonly string[];
  readonly modules: number;
  /** Memory that it holds until it is disposed of. */
  readonly byteLength: number;
  /** What a run would give, without its tensors. The adapters' files are not read again. */
  preview(request: PreviewRequest): Promise<FusionPreview>;
  /** Runs the fusion on the adapters, which must still be open: the same bytes as `runFusion` gives, for it is `runFusion`. */
  materialize(request: MaterializeRequest): Promise<FusionOutcome>;
  dispose(): void;
}

/** Shares of energy below this are the rounding of float32 files, as in the report of a run. */
const ROUNDING = 2 ** -20;

/**
 * Factorizes adapters for previews: bases and cores of every module, O((out + in)·(Σr)²) each, held in memory as cores alone, whose size does not depend
 * on the model's. After that a preview costs O((Σr)³) a module.
 *
 * @throws PREVIEW_TOO_LARGE before anything is read; FUSION_* as a run does; the signal's reason after an abort
 */
export async function prepareFusion(adapters: readonly AdapterFile[], options: PrepareOptions): Promise<PreparedSet> {
  const { signal, onProgress, bytes: limit = previewLimits.bytes } = options;
  const plans = planModules(adapters);
  const bytes = plans.reduce((sum, plan) => sum + bytesOfModule(plan), 0);
  if (bytes > limit) throw previewErrors.tooLarge({ what: 'bytes of cores', got: bytes, limit });
  for (const { holders } of plans) {
    const got = holders.reduce((sum, { rank }) => sum + rank, 0);
    if (got <= previewLimits.stackedRank) continue;
    throw previewErrors.tooLarge({ what: 'ranks of one module', got, limit: previewLimits.stackedRank });
  }
  const members = adapters.map((adapter) => ({ adapter, weight: 1 }));
  const modules: PreparedModule[] = [];
  for (const plan of plans) {
    signal?.throwIfAborted();
    modules.push(prepareModule(plan, await readModule(plan, members)));
    onProgress?.({ done: modules.length, total: plans.length });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return new CoreSet(adapters, modules, bytes, options);
}

class CoreSet implements PreparedSet {
  readonly digests: readonly string[];
  readonly byteLength: number;
  readonly #adapters: readonly AdapterFile[];
  readonly #options: PrepareOptions;
  #modules: readonly PreparedModule[];
  #disposed = false;

  constructor(
    adapters: readonly AdapterFile[],
    modules: readonly PreparedModule[],
    byteLength: number,
    options: PrepareOptions,
  ) {
    this.digests = adapters.map(({ digest }) => digest);
    this.byteLength = byteLength;
    this.#adapters = adapters;
    this.#modules = modules;
    this.#options = options;
  }

  get modules(): number {
    return this.#modules.length;
  }

  async preview(request: PreviewRequest): Promise<FusionPreview> {
    if (this.#disposed) throw previewErrors.disposed({});
    const { strategy, weights, seed = 0, outputRank, signal = new AbortController().signal } = request;
    this.#checkWeights(weights);
    const check = this.#checkOf(request);
    const incompatibilities = checkFusion(check);
    if (incompatibilities.some(({ code }) => code === 'OPTIONS_INVALID')) {
      parseOptions(strategy, request.options, request.strategies);
    }
    if (incompatibilities.length > 0) throw fusionErrors.incompatible({ strategy: strategy.id, incompatibilities });
    const options = parseOptions(strategy, request.options, request.strategies);
    const resolved = resolveStrategy(strategy, options, request.strategies);
    const space = resolveSpace(check);
    const refuse = (reason: string): Error => previewErrors.notPossible({ strategy: strategy.id, space, reason });
    if (resolved.kind !== 'MODULE') throw refuse('it scores candidates, which takes the models');
    if (resolved.needs.statistics) throw refuse('it looks at statistics, which a prepared set does not keep');
    if (resolved.outputs === 'PER_ADAPTER') throw refuse('it makes one output per adapter');
    if (space === 'FACTOR') throw refuse('what it merges there is not ΔW');
    if (space === 'FRAME') {
      const other = this.#modules.find(({ frameProblem }) => frameProblem !== undefined);
      if (other) throw other.frameProblem;
    }
    const context = createContext({ tf: this.#options.tf, signal, seed, log: () => {} });
    const schedule = scheduleModules({
      strategy,
      strategies: request.strategies,
      options,
      modules: this.#modules.map(({ plan }) => plan.module),
      weights,
    });
    const measured: MeasuredPreview[] = [];
    await runStrategy(
      { strategy: resolved, options, schedule, space, weights, context },
      this.#modules,
      (module, result) => {
        measured.push(measureModule(module, result, space, outputRank));
      },
    );
    return { space, options, ...this.#summarize(measured) };
  }

  async materialize({ weights, ...request }: MaterializeRequest): Promise<FusionOutcome> {
    if (this.#disposed) throw previewErrors.disposed({});
    this.#checkWeights(weights);
    const members = this.#adapters.map((adapter, position) => ({ adapter, weight: weights[position]! }));
    return runFusion({ ...request, members });
  }

  dispose(): void {
    this.#disposed = true;
    this.#modules = [];
  }

  #checkWeights({ length }: readonly number[]): void {
    const { length: expected } = this.#adapters;
    if (length !== expected) throw previewErrors.weightsMismatch({ got: length, expected });
  }

  #checkOf(request: PreviewRequest): FusionCheck {
    const { adapterMethods } = this.#options;
    const members = this.#adapters.map((adapter, i) => ({ adapter, weight: request.weights[i]! }));
    return checkOfRequest({ ...request, members, ...(adapterMethods && { adapterMethods }) });
  }

  #summarize(measured: readonly MeasuredPreview[]): Omit<FusionPreview, 'space' | 'options'> {
    const total = sum(measured.map((module) => module.total));
    const lost = sum(measured.map((module) => module.lost));
    const norm = Math.sqrt(Math.max(0, total - lost));
    return {
      outputRank: measured.reduce((most, { rank }) => Math.max(most, rank), 0),
      norm,
      relativeError: errorOf(lost, total),
      retainedEnergy: errorOf(lost, total) === 0 ? 1 : 1 - lost / total,
      perAdapter: this.#adapters.map(({ digest }, position) => this.#adapterOf(digest, position, measured, norm)),
      modules: measured.map((module, index) => ({
        module: this.#modules[index]!.plan.module,
        norm: Math.sqrt(Math.max(0, module.total - module.lost)),
        rank: module.rank,
        relativeError: errorOf(module.lost, module.total),
      })),
    };
  }

  #adapterOf(digest: string, position: number, measured: readonly MeasuredPreview[], norm: number): AdapterPreview {
    let [product, energy, kept] = [0, 0, 0];
    for (const [index, { plan, energies }] of this.#modules.entries()) {
      const place = plan.holders.findIndex((holder) => holder.position === position);
      if (place < 0) continue;
      product += measured[index]!.products[place]!;
      kept += measured[index]!.kept[place]!;
      energy += energies[place]!;
    }
    const scale = norm * Math.sqrt(energy);
    return {
      digest,
      cosine: scale === 0 ? 0 : Math.max(-1, Math.min(1, product / scale)),
      retainedEnergy: energy === 0 ? 1 : Math.min(1, kept / energy),
    };
  }
}

function errorOf(lost: number, total: number): number {
  const error = lost <= 0 || total <= 0 ? 0 : Math.sqrt(lost / total);
  return error < ROUNDING ? 0 : error;
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
