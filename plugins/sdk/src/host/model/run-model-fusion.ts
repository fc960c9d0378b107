import {
  compareCheckpoints,
  copyCompanions,
  fingerprintCheckpoint,
  openCheckpoint,
  openCheckpointWriter,
  outputDtype,
  TORCH_NAMES,
  type Checkpoint,
  type ComparedTensor,
  type FloatDtype,
} from '@crucible/engine/checkpoints';
import type { FusionTiming } from '../fusion-run.js';
import { createContext } from '../fusion/create-context.js';
import { OrderedWindow } from '../fusion/ordered-window.js';
import { originOf } from '../plugins/strategy-origin.js';
import { resolveStrategy, wrappedChain } from '../wrapper/resolve-strategy.js';
import { parseOptions } from '../../options/parse-options.js';
import type { ModuleStrategy } from '../../contract/strategy.js';
import { pluginErrors, strategyFailed } from '../../errors.js';
import { checkRunOptions } from '../check/check-run-options.js';
import { checkModelFusion } from './check-model-fusion.js';
import { MemoryBudget } from './memory-budget.js';
import { ModelFuser, type ModelFuserSetup } from './model-fuser.js';
import { modelLimits } from './model-limits.js';
import { createLocalModelPool, openModelThreads } from './model-pool.js';
import type { ModelPool } from './model-protocol.js';
import type { FusedTensor, ModelFusionOutcome, ModelFusionRequest } from './model-run.js';
import type { FusedPart, TensorPart } from './model-task.js';
import { PieceCombiner } from './piece-combiner.js';
import { scheduleParts } from './schedule-parts.js';
import { bytesOfTask, trimmedMergeTask } from './trimmed-merge.js';
import { PIECE } from './trimmed-merger.js';
import { planParts, type TensorPlan } from './plan-parts.js';
import { TensorWriter } from './tensor-writer.js';

const SAMPLE_MILLISECONDS = 50;

/**
 * Fuses fine-tuned checkpoints of one base into a model folder, in FULL space: task vectors are τ_i = θ_i - θ_0, tensor by tensor. A rule that answers with
 * coefficients is computed on the stored numbers themselves, θ_0 + Σc_i·τ_i = (1 - Σc)·θ_0 + Σc_i·θ_i, in float64 with one rounding; one that merges
 * matrices gets dense float32 task vectors, one tensor at a time. Memory does not grow with the model. The bytes depend on the models, the strategy, its
 * options and the seed alone: not on workers, shards of the inputs, or an earlier attempt. On failure or abort nothing is left under the path.
 *
 * @throws MODEL_FUSION_*, CHECKPOINT_*, TENSORS_*, STRATEGY_*, and the signal's reason after an abort
 */
export async function runModelFusion(request: ModelFusionRequest): Promise<ModelFusionOutcome> {
  request.signal?.throwIfAborted();
  const options = parseOptions(request.strategy, request.options, request.strategies);
  const facts = { adapterCount: request.models.length, baseWeights: true };
  const issues = checkRunOptions(request.strategy, options, facts, request.strategies);
  if (issues.length > 0) throw pluginErrors.invalidOptions({ strategy: request.strategy.id, issues });
  const strategy = checkModelFusion(resolveStrategy(request.strategy, options, request.strategies), request);
  const opened: Checkpoint[] = [];
  try {
    for (const folder of [request.base, ...request.models.map((model) => model.folder)]) {
      opened.push(await openCheckpoint(folder, request.signal ? { signal: request.signal } : {}));
    }
    const [base, ...models] = opened;
    const run = new ModelFusionRun(request, strategy, options, base!, models);
    return await run.execute();
  } finally {
    await Promise.all(opened.map((checkpoint) => checkpoint.close()));
  }
}

class ModelFusionRun {
  readonly #timings: FusionTiming[] = [];
  readonly #signal: AbortSignal;
  readonly #budget = new MemoryBudget(modelLimits.denseBytes);
  #peak = 0;
  #sampled = 0;
  #done = 0;
  #total = 0;

  constructor(
    private readonly request: ModelFusionRequest,
    private readonly strategy: ModuleStrategy,
    private readonly options: Readonly<Record<string, unknown>>,
    private readonly base: Checkpoint,
    private readonly models: readonly Checkpoint[],
  ) {
    this.#signal = request.signal ?? new AbortController().signal;
  }

  async execute(): Promise<ModelFusionOutcome> {
    const { request, base, models, options } = this;
    const { dtype = 'KEEP', vocabulary, blockElements } = request;
    const comparison = await compareCheckpoints(base, models, vocabulary === undefined ? {} : { vocabulary });
    const dtypeOf = ({ base: info, treatment }: ComparedTensor): FloatDtype =>
      (treatment === 'COPY' ? info.dtype : outputDtype(info, dtype)) as FloatDtype;
    const { strategy, strategies } = request;
    const weights = request.models.map(({ weight }) => weight);
    const planned = planParts(base, models, comparison, dtypeOf, blockElements);
    const { plans, options: bare } = scheduleParts(planned, { strategy, strategies, options, weights });
    this.#total = plans.reduce((sum, { compared }) => sum + compared.base.size, 0);
    const fingerprints = {
      base: await fingerprintCheckpoint(base),
      models: await Promise.all(models.map(fingerprintCheckpoint)),
    };
    const pool = await this.#openPool(fingerprints.models);
    try {
      const state = await this.#survey(pool, plans, bare);
      const fuse = this.#fusing(pool, state, fingerprints.models);
      const written = await this.#timed('FUSE', () => this.#write(pool, plans, fuse));
      await this.#checkUnchanged();
      const roundedTo = new Set(
        written.tensors.filter(({ treatment }) => treatment !== 'COPIED').map((tensor) => tensor.dtype),
      );
      return {
        ...written,
        space: 'FULL',
        options,
        roundedTo: [...roundedTo].sort(),
        fingerprints,
        notes: comparison.notes,
        timings: this.#timings,
        peakMemoryBytes: this.#peak,
      };
    } finally {
      await pool.close();
    }
  }

  async #openPool(fingerprints: readonly string[]): Promise<ModelPool> {
    const { request, strategy, options } = this;
    const { tf, workers = 1, seed = 0 } = request;
    const log = (message: string): void => request.onLog?.(message);
    const setup = this.#setup(fingerprints);
    const chain = wrappedChain(request.strategy, options, request.strategies);
    const origins = chain.map(originOf);
    if (workers > 1 && origins.every((origin) => origin !== undefined)) {
      const thread = { ...setup, origins, strategyId: request.strategy.id, seed, backend: tf.getBackend() };
      return openModelThreads(workers, thread, this.#signal, log);
    }
    if (workers > 1) {
      const without = chain[origins.indexOf(undefined)]!.id;
      log(`strategy "${without}" was not loaded from a package: one thread computes it`);
    }
    const context = createContext({ tf, signal: this.#signal, seed, log });
    const combiner = new PieceCombiner();
    const fuser = new ModelFuser({ ...setup, strategy, tf, context }, combiner);
    return createLocalModelPool(fuser, combiner, this.#signal);
  }

  #setup(fingerprints: readonly string[]): Omit<ModelFuserSetup, 'strategy' | 'tf' | 'context'> {
    const { models, norms = true } = this.request;
    return {
      options: this.options,
      norms,
      weights: models.map(({ weight }) => weight),
      digests: models.map(({ digest }, i) => digest ?? fingerprints[i]!),
    };
  }

  /** Straight from the stored numbers where the strategy says what it does to them, else by way of dense task vectors. */
  #fusing(pool: ModelPool, state: unknown, fingerprints: readonly string[]): (part: TensorPart) => Promise<FusedPart> {
    const setup = { ...this.#setup(fingerprints), strategy: this.strategy };
    return async (part) => {
      const task = trimmedMergeTask(part, state, setup);
      if (task === undefined) return this.#dense(part, () => pool.fuse(part, state));
      return this.#budget.run(bytesOfTask(task, PIECE), () => pool.mergeTrimmed(task));
    };
  }

  /** Two dense copies of each task vector at worst (one on its way to the backend), the base and the result. */
  #dense<T>({ rows, columns }: TensorPart, work: () => Promise<T>): Promise<T> {
    return this.#budget.run(4 * rows * columns * (this.models.length + 2), work);
  }

  async #survey(
    pool: ModelPool,
    plans: readonly TensorPlan[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    const { survey } = this.strategy;
    if (survey === undefined) return undefined;
    const parts = plans.filter(({ compared }) => compared.treatment === 'MERGE').flatMap((plan) => plan.parts);
    const call = <T>(work: () => T): T => {
      try {
        return work();
      } catch (error) {
        throw strategyFailed(this.strategy, 'survey', error);
      }
    };
    return this.#timed('SURVEY', async () => {
      const rounds = call(() => (typeof survey.rounds === 'function' ? survey.rounds(options) : survey.rounds));
      let state = call(() => survey.start(options, this.models.length));
      for (let round = 0; round < rounds; round += 1) {
        const observations: unknown[] = [];
        const window = new OrderedWindow(parts.length, pool.width + 1, (index) =>
          this.#dense(parts[index]!, () => pool.observe(parts[index]!, state, round)),
        );
        try {
          for (let index = 0; index < parts.length; index += 1) {
            this.#signal.throwIfAborted();
            observations.push(await window.take(index));
            this.#sampleMemory();
            this.request.onProgress?.({
              phase: 'SURVEY',
              done: round * parts.length + index + 1,
              total: rounds * parts.length,
            });
          }
        } finally {
          await window.drain();
        }
        state = call(() => survey.combine(observations, state, round, options));
      }
      return state;
    });
  }

  async #write(
    pool: ModelPool,
    plans: readonly TensorPlan[],
    fuse: (part: TensorPart) => Promise<FusedPart>,
  ): Promise<Pick<ModelFusionOutcome, 'folder' | 'files' | 'byteLength' | 'digest' | 'tensors' | 'companions'>> {
    const { request, base } = this;
    const { dtype = 'KEEP', maxShardBytes } = request;
    const writer = await openCheckpointWriter(request.outputFolder, {
      tensors: plans.map(({ compared: { name, base: info }, dtype: own }) => ({ name, shape: info.shape, dtype: own })),
      ...(maxShardBytes !== undefined && { maxShardBytes }),
      signal: this.#signal,
    });
    try {
      const companions = await copyCompanions(
        base.folder,
        writer,
        dtype === 'KEEP' ? {} : { dtype: TORCH_NAMES[dtype] },
      );
      const byName = new Map(plans.map((plan) => [plan.compared.name, plan]));
      const ordered = writer.order.map(({ name }) => byName.get(name)!);
      const parts = ordered.flatMap((plan) => plan.parts);
      const window = new OrderedWindow(parts.length, pool.width + 1, (index) => fuse(parts[index]!));
      const tensor = new TensorWriter({
        pool,
        writer,
        base,
        models: this.models.length,
        norms: request.norms ?? true,
        onNumbers: (count) => this.#advance(count),
      });
      const tensors: FusedTensor[] = [];
      let taken = 0;
      try {
        for (const plan of ordered) {
          tensors.push(await tensor.write(plan, () => window.take(taken++)));
        }
      } finally {
        await window.drain();
      }
      const written = await writer.finish();
      return { ...written, tensors, companions };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** The threads read by handles of their own; whether a file was written to meanwhile is known here, where it was opened first. */
  async #checkUnchanged(): Promise<void> {
    for (const file of [this.base, ...this.models].flatMap(({ source }) => source.files)) {
      const [name] = file.tensors.keys();
      if (name !== undefined) await file.readRange(name, 0, 0);
    }
  }

  #advance(count: number): void {
    this.#done += count;
    this.#sampleMemory();
    this.request.onProgress?.({ phase: 'FUSE', done: this.#done, total: this.#total });
  }

  /** Asking the kernel takes longer than a small piece does. */
  #sampleMemory(): void {
    if (performance.now() - this.#sampled < SAMPLE_MILLISECONDS) return;
    this.#sampled = performance.now();
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }

  async #timed<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.#timings.push({ phase, seconds: (performance.now() - started) / 1000 });
    this.#sampleMemory();
    return result;
  }
}
