import { openAdapter } from '@crucible/engine/adapters';
import { innerProduct } from '@crucible/engine/algebra';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { ModuleStrategy, SearchStrategy } from '../contract/strategy.js';
import { strategyFailed } from '../errors.js';
import { parseOptions } from '../options/parse-options.js';
import { checkFusion } from './check/check-fusion.js';
import { checkOfRequest } from './check/check-of-request.js';
import { resolveSpace } from './check/resolve-space.js';
import { fusionErrors } from './fusion-errors.js';
import type { FusionOutcome, FusionOutput, FusionProgress, FusionRequest, FusionTiming } from './fusion-run.js';
import { createContext } from './fusion/create-context.js';
import { reportFidelity } from './fusion/fidelity-report.js';
import { coefficientsOf } from './fusion/group-modules.js';
import { lowRankOf } from './fusion/low-rank-of.js';
import type { ModuleFidelity } from './fusion/module-fidelity.js';
import type { FuseBy, ModulePool } from './fusion/module-pool.js';
import { planModules, type ModulePlan } from './fusion/module-plan.js';
import type { ModuleTask } from './fusion/module-task.js';
import { openPool } from './fusion/open-pool.js';
import { OrderedWindow } from './fusion/ordered-window.js';
import { applySchedule, scheduleModules, type ModuleSchedule } from './fusion/schedule-modules.js';
import { runSearch, type FoundCoefficients } from './fusion/run-search.js';
import { readModule } from './fusion/read-module.js';
import { outputPathOf } from './fusion/output-path.js';
import { resolveStrategy, type ResolvedStrategy } from './wrapper/resolve-strategy.js';
import { resultFor, writeOutput, type OutputFile, type WrittenOutput } from './fusion/write-output.js';

/**
 * Fuses adapters into one, or into one for each, streamed to `outputPath` in bounded memory. The bytes depend on the adapters, the strategy, its
 * options, the space and the seed alone: not on the number of processes, on what else runs, or on an earlier attempt. On failure or abort nothing is
 * left under the path.
 *
 * @throws FUSION_*, STRATEGY_*, and the signal's reason after an abort
 */
export async function runFusion(request: FusionRequest): Promise<FusionOutcome> {
  const run = new FusionRunner(request);
  return run.execute();
}

class FusionRunner {
  readonly #request: FusionRequest;
  /** With defaults filled in, and the schedules. */
  readonly #options: Readonly<Record<string, unknown>>;
  /** A wrapper with what it wraps, as one rule. */
  readonly #strategy: ResolvedStrategy;
  readonly #space: FusionSpace;
  readonly #plans: readonly ModulePlan[];
  readonly #schedule: ModuleSchedule | undefined;
  readonly #timings: FusionTiming[] = [];
  #peak = 0;

  constructor(request: FusionRequest) {
    const { strategy, members, signal } = request;
    signal.throwIfAborted();
    const check = checkOfRequest(request);
    const incompatibilities = checkFusion(check);
    if (incompatibilities.some(({ code }) => code === 'OPTIONS_INVALID')) {
      parseOptions(strategy, request.options, request.strategies);
    }
    if (incompatibilities.length > 0) throw fusionErrors.incompatible({ strategy: strategy.id, incompatibilities });
    this.#request = request;
    this.#options = parseOptions(strategy, request.options, request.strategies);
    this.#strategy = resolveStrategy(strategy, this.#options, request.strategies);
    this.#space = resolveSpace(check);
    this.#plans = planModules(members.map(({ adapter }) => adapter));
    this.#schedule = scheduleModules({
      strategy,
      strategies: request.strategies,
      options: this.#options,
      modules: this.#plans.map(({ module }) => module),
      weights: members.map(({ weight }) => weight),
    });
  }

  async execute(): Promise<FusionOutcome> {
    const { seed, tf, signal } = this.#request;
    const strategy = this.#strategy;
    const context = createContext({ tf, signal, seed, log: this.#log });
    if (this.#space === 'FACTOR' && strategy.factorOrigin !== 'ZERO' && this.#request.frame === undefined) {
      this.#log('no tangent frame was given: A is measured from zero in FACTOR space');
    }
    const pool = await openPool({
      request: this.#request,
      strategy,
      options: this.#options,
      space: this.#space,
      context,
      log: this.#log,
    });
    try {
      const found = strategy.kind === 'SEARCH' ? await this.#timed('SEARCH', () => this.#search(strategy)) : undefined;
      const by = found
        ? ({ index }: ModulePlan): FuseBy => ({ coefficients: this.#coefficientsOf(found, index) })
        : constant({ state: await this.#survey(strategy as ModuleStrategy, pool) });
      const files = this.#files();
      const { written, measured } = await this.#timed('FUSE', () => this.#write(pool, files, by));
      const outputs = await this.#timed('FIDELITY', () => this.#describe(files, written, measured));
      return {
        ...outputs[0]!,
        ...(strategy.outputs === 'PER_ADAPTER' && {
          outputs: outputs.map((output, position) => ({ position, ...output })),
        }),
        modules: this.#plans.length,
        space: this.#space,
        options: this.#options,
        ...(found && { trace: found.trace, coefficients: found.coefficients, groups: found.groups.of }),
        timings: this.#timings,
        peakMemoryBytes: this.#peak,
      };
    } finally {
      await pool.close();
    }
  }

  async #survey(strategy: ModuleStrategy, pool: ModulePool): Promise<unknown> {
    const { survey } = strategy;
    if (survey === undefined) return undefined;
    const options = this.#schedule?.options ?? this.#options;
    return this.#timed('SURVEY', async () => {
      const rounds = this.#call('survey', () =>
        typeof survey.rounds === 'function' ? survey.rounds(options) : survey.rounds,
      );
      let state = this.#call('survey', () => survey.start(options, this.#request.members.length));
      for (let round = 0; round < rounds; round += 1) {
        const observations: unknown[] = [];
        const window = new OrderedWindow(this.#plans.length, pool.width + 1, async (index) =>
          pool.observe(await this.#read(this.#plans[index]!), state, round),
        );
        try {
          for (let index = 0; index < this.#plans.length; index += 1) {
            observations.push(await window.take(index));
            this.#progress('SURVEY', round * this.#plans.length + index + 1, rounds * this.#plans.length);
          }
        } finally {
          await window.drain();
        }
        state = this.#call('survey', () => survey.combine(observations, state, round, options));
      }
      return state;
    });
  }

  async #search(strategy: SearchStrategy): Promise<FoundCoefficients> {
    const { objective, members, seed, tf, signal } = this.#request;
    return runSearch({
      strategy,
      options: this.#options,
      objective,
      weights: members.map(({ weight }) => weight),
      modules: this.#plans.map(({ module }) => module),
      space: this.#space,
      context: createContext({ tf, signal, seed, log: this.#log }),
      onProgress: (done, total) => this.#progress('SEARCH', done, total),
    });
  }

  #coefficientsOf({ groups, coefficients }: FoundCoefficients, index: number): readonly number[] {
    return coefficientsOf(groups, index, coefficients, this.#request.members.length);
  }

  #files(): readonly OutputFile[] {
    const { name, seed, members, outputRank, outputPath } = this.#request;
    const strategy = this.#strategy;
    const description = {
      name,
      strategy: strategy.id,
      options: this.#options,
      space: this.#space,
      outputRank,
      seed,
      members,
    };
    if (strategy.outputs !== 'PER_ADAPTER') return [{ path: outputPath, description }];
    return members.map((_, position) => ({
      path: outputPathOf(outputPath, position),
      position,
      description: { ...description, position },
    }));
  }

  async #write(
    pool: ModulePool,
    files: readonly OutputFile[],
    by: (plan: ModulePlan) => FuseBy,
  ): Promise<{ written: readonly WrittenOutput[]; measured: readonly (readonly ModuleFidelity[])[] }> {
    const { strategy, signal } = this.#request;
    const measured = new Map<number, readonly ModuleFidelity[]>();
    const written = await writeOutput({
      files,
      plans: this.#plans,
      width: pool.width,
      signal,
      fuse: async (plan) => pool.fuse(await this.#read(plan), by(plan)),
      onModule: (plan, fused) => {
        measured.set(
          plan.index,
          fused.map(({ fidelity }) => fidelity),
        );
        this.#sampleMemory();
        this.#progress('FUSE', measured.size, this.#plans.length);
      },
      notReproducible: (module, first, second) =>
        fusionErrors.notReproducible({ strategy: strategy.id, module, first, second }),
    });
    this.#progress('WRITE', this.#plans.length, this.#plans.length);
    return { written, measured: this.#plans.map(({ index }) => measured.get(index)!) };
  }

  async #describe(
    files: readonly OutputFile[],
    written: readonly WrittenOutput[],
    measured: readonly (readonly ModuleFidelity[])[],
  ): Promise<readonly FusionOutput[]> {
    const outputs: FusionOutput[] = [];
    for (const [index, { path, position }] of files.entries()) {
      const modules = this.#plans.map((plan, module) => ({
        plan,
        fidelity: resultFor(plan, position, measured[module]!),
      }));
      const { rank } = written[index]!;
      const energy = (module: string): Promise<number> => outputEnergy(path, module);
      const fidelity = await reportFidelity(this.#space, rank, modules, this.#request.members, energy);
      outputs.push({ path, ...written[index]!, fidelity });
    }
    return outputs;
  }

  async #read(plan: ModulePlan): Promise<ModuleTask> {
    const { frame, members, signal } = this.#request;
    const strategy = this.#strategy;
    signal.throwIfAborted();
    const measured = this.#space === 'FACTOR' && strategy.factorOrigin !== 'ZERO';
    const task = await readModule(plan, members, measured ? frame : undefined, strategy.needs.statistics);
    return applySchedule(task, this.#schedule);
  }

  #call<T>(step: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw strategyFailed(this.#request.strategy, step, error);
    }
  }

  async #timed<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const result = await work();
    this.#timings.push({ phase, seconds: (performance.now() - started) / 1000 });
    this.#sampleMemory();
    return result;
  }

  #sampleMemory(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }

  #progress(phase: FusionProgress['phase'], done: number, total: number): void {
    this.#request.onProgress?.({ phase, done, total });
  }

  readonly #log = (message: string): void => this.#request.onLog?.(message);
}

/** ‖output‖² of a module that lost nothing, read back from what was written. */
async function outputEnergy(path: string, module: string): Promise<number> {
  const output = await openAdapter(path);
  try {
    const info = output.modules.get(module)!;
    const delta = lowRankOf({ ...(await output.readFactors(module)), rank: info.rank, scale: info.scale }, info);
    return innerProduct(delta, delta);
  } finally {
    await output.close();
  }
}

const constant =
  <T>(value: T) =>
  (): T =>
    value;
