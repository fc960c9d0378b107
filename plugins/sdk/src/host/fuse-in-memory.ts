import type { AdapterFile } from '@crucible/engine/adapters';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { ModuleStrategy } from '../contract/strategy.js';
import { strategyFailed } from '../errors.js';
import { parseOptions } from '../options/parse-options.js';
import { checkFusion, type FusionCheck } from './check/check-fusion.js';
import { resolveSpace } from './check/resolve-space.js';
import type { ComposedModule } from './compose-adapters.js';
import { fusionErrors } from './fusion-errors.js';
import type { FusionRequest } from './fusion-run.js';
import { createContext } from './fusion/create-context.js';
import { coefficientsOf } from './fusion/group-modules.js';
import { createModuleFuser, type FusedModule } from './fusion/module-fuser.js';
import { planModules } from './fusion/module-plan.js';
import type { ModuleTask } from './fusion/module-task.js';
import { readModule } from './fusion/read-module.js';
import { runSearch, type FoundCoefficients } from './fusion/run-search.js';
import { applySchedule, scheduleModules } from './fusion/schedule-modules.js';
import { resultFor } from './fusion/write-output.js';
import { resolveStrategy } from './wrapper/resolve-strategy.js';

/** A fusion without a file of its own. */
export type MemoryFusionRequest = Omit<FusionRequest, 'name' | 'outputPath' | 'processes'>;

export interface MemoryFusion {
  readonly space: FusionSpace;
  /** With defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  /** By module. Of a strategy with an output per adapter one for each, in their order; otherwise one for all. */
  readonly outputs: readonly ReadonlyMap<string, ComposedModule>[];
  /** What a search found. */
  readonly coefficients?: readonly number[];
}

/**
 * Fuses adapters in memory: the factors that `runFusion` writes for the same request, to the bit, by the same arithmetic, without the file. For models that are
 * scored in memory anyway, many times.
 *
 * @throws FUSION_*, STRATEGY_*, and the signal's reason after an abort
 */
export async function fuseInMemory(request: MemoryFusionRequest): Promise<MemoryFusion> {
  const { strategy: given, strategies, members, signal, tf, seed, outputRank } = request;
  signal.throwIfAborted();
  const check = checkOf(request);
  const incompatibilities = checkFusion(check);
  const options = parseOptions(given, request.options, strategies);
  if (incompatibilities.length > 0) throw fusionErrors.incompatible({ strategy: given.id, incompatibilities });
  const strategy = resolveStrategy(given, options, strategies);
  const space = resolveSpace(check);
  const plans = planModules(members.map(({ adapter }) => adapter));
  const weights = members.map(({ weight }) => weight);
  const modules = plans.map(({ module }) => module);
  const schedule = scheduleModules({ strategy: given, strategies, options, modules, weights });
  const context = createContext({ tf, signal, seed, log: (line) => request.onLog?.(line) });
  const frame = space === 'FACTOR' && strategy.factorOrigin !== 'ZERO' ? request.frame : undefined;
  const tasks: ModuleTask[] = [];
  for (const plan of plans) {
    tasks.push(applySchedule(await readModule(plan, members, frame, strategy.needs.statistics), schedule));
  }
  const fuser = createModuleFuser({
    strategyId: strategy.id,
    ...(strategy.kind === 'MODULE' && { strategy }),
    options,
    space,
    outputRank,
    weights,
    tf,
    context,
  });
  let found: FoundCoefficients | undefined;
  let state: unknown;
  if (strategy.kind === 'SEARCH') {
    const { objective } = request;
    const onProgress = (done: number, total: number): void => request.onProgress?.({ phase: 'SEARCH', done, total });
    found = await runSearch({ strategy, options, objective, weights, modules, space, context, onProgress });
  } else {
    state = await survey({
      strategy,
      options: schedule?.options ?? options,
      tasks,
      observe: fuser.observe,
      adapters: members.length,
      signal,
    });
  }
  const positions = strategy.outputs === 'PER_ADAPTER' ? members.map((_, position) => position) : [undefined];
  const outputs = positions.map(() => new Map<string, ComposedModule>());
  for (const [index, task] of tasks.entries()) {
    signal.throwIfAborted();
    const fused: readonly FusedModule[] = found
      ? await fuser.combine(task, coefficientsOf(found.groups, index, found.coefficients, members.length))
      : await fuser.fuse(task, state);
    for (const [output, position] of positions.entries()) {
      const own = resultFor(plans[index]!, position, fused);
      if (own === undefined) continue;
      const { a, b, rank, scale } = own.factors;
      outputs[output]!.set(task.module, { a, b, rank, scale, ...plans[index]!.layout });
    }
  }
  return { space, options, outputs, ...(found && { coefficients: found.coefficients }) };
}

interface SurveyRequest {
  readonly strategy: ModuleStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  readonly tasks: readonly ModuleTask[];
  readonly observe: (task: ModuleTask, state: unknown, round: number) => Promise<unknown>;
  readonly adapters: number;
  readonly signal: AbortSignal;
}

async function survey({ strategy, options, tasks, observe, adapters, signal }: SurveyRequest): Promise<unknown> {
  const { survey: look } = strategy;
  if (look === undefined) return undefined;
  const call = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw strategyFailed(strategy, 'survey', error);
    }
  };
  const rounds = call(() => (typeof look.rounds === 'function' ? look.rounds(options) : look.rounds));
  let state = call(() => look.start(options, adapters));
  for (let round = 0; round < rounds; round += 1) {
    const observations: unknown[] = [];
    for (const task of tasks) {
      signal.throwIfAborted();
      observations.push(await observe(task, state, round));
    }
    state = call(() => look.combine(observations, state, round, options));
  }
  return state;
}

function checkOf(request: MemoryFusionRequest): FusionCheck {
  const { strategy, strategies, options, members, space, outputRank, adapterMethods } = request;
  return {
    strategy,
    options,
    space,
    outputRank,
    members: members.map(({ adapter, weight, ownFrameDigest, statistics }) => ({
      name: adapter.manifest.name,
      manifest: adapter.manifest,
      weight,
      ownFrameDigest,
      ...(statistics && { statistics: [statistics.kind] }),
    })),
    ...(adapterMethods && { adapterMethods }),
    ...(strategies && { strategies }),
  };
}

/** The same adapter, whose factors are read once: fusions of many subsets of a few adapters read nothing twice. What it hands out is not to be changed. */
export function keepFactors(adapter: AdapterFile): AdapterFile {
  const kept = new Map<string, ReturnType<AdapterFile['readFactors']>>();
  return {
    path: adapter.path,
    digest: adapter.digest,
    byteLength: adapter.byteLength,
    manifest: adapter.manifest,
    modules: adapter.modules,
    readFactors(module) {
      const known = kept.get(module) ?? adapter.readFactors(module);
      kept.set(module, known);
      return known;
    },
    close: () => adapter.close(),
  };
}
