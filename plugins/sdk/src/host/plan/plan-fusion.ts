import { measureAdapter, type AdapterFile } from '@crucible/engine/adapters';
import { isCrucibleError } from '@crucible/engine/errors';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { checkOptions } from '../../options/parse-options.js';
import { checkFusion, type FusionCheck } from '../check/check-fusion.js';
import { checkOfRequest } from '../check/check-of-request.js';
import { frameProblem } from '../check/frame-problem.js';
import { resolveSpace } from '../check/resolve-space.js';
import { createContext } from '../fusion/create-context.js';
import { planModules, type ModulePlan } from '../fusion/module-plan.js';
import { outputManifest } from '../fusion/output-manifest.js';
import { scheduleModules, type ModuleSchedule } from '../fusion/schedule-modules.js';
import { resolveStrategy, type ResolvedStrategy } from '../wrapper/resolve-strategy.js';
import { findBaseIssues, findShapeIssues } from './find-issues.js';
import type { FusionPlan, PlanIssue, PlannedRun, PlanRequest } from './fusion-plan.js';
import { measureRates } from './machine-rates.js';
import { planShape, sumOfRanks, type PlannedShape } from './plan-shapes.js';
import { planWork } from './plan-work.js';
import { probeStrategy, type Probed } from './probe-strategy.js';

/**
 * What a run of this request would do, before any of it is done: from the adapters' headers, not from their tensors. Tensors and bytes are exact (or the
 * most that it can be, and says so); memory and seconds are estimates, from a model of the run's algorithms and what this machine does in a second.
 * Everything that stands in the way is listed, not the first alone. Never throws for a request that is wrong.
 */
export async function planFusion(request: PlanRequest): Promise<FusionPlan> {
  const check = checkOfRequest(request);
  const space = resolveSpace(check);
  const issues: PlanIssue[] = [
    ...checkFusion(check),
    ...findBaseIssues(request.members),
    ...findShapeIssues(request.members, space),
  ];
  const parsed = checkOptions(request.strategy, request.options, request.strategies);
  const described = { space, spaceReason: reasonOf(check, space), ...(parsed.ok && { options: parsed.options }) };
  if (issues.length > 0 || !parsed.ok || request.members.length === 0) return { ...described, issues };
  try {
    return { ...described, issues, run: await planRun(request, space, parsed.options) };
  } catch (error) {
    // What only shows when the options meet the modules, such as a schedule that matches none.
    if (!isCrucibleError(error)) throw error;
    return { ...described, issues: [{ code: error.code, message: error.message, path: ['options'] }] };
  }
}

async function planRun(
  request: PlanRequest,
  space: FusionSpace,
  options: Readonly<Record<string, unknown>>,
): Promise<PlannedRun> {
  const { strategy, strategies, members, seed, tf, outputRank } = request;
  const resolved = resolveStrategy(strategy, options, strategies);
  const plans = planModules(members.map(({ adapter }) => adapter));
  const weights = members.map(({ weight }) => weight);
  const schedule: ModuleSchedule | undefined = scheduleModules({
    strategy,
    strategies,
    options,
    modules: plans.map(({ module }) => module),
    weights,
  });
  const context = createContext({ tf, signal: new AbortController().signal, seed, log: () => {} });
  const digests = members.map(({ adapter }) => adapter.digest);
  const probed = await probeStrategy(
    { strategy: resolved, options, schedule, space, weights, digests, context },
    plans,
  );
  // What a wrapper makes of matrices need not be one.
  const sharedRows =
    strategy.kind !== 'WRAPPER' &&
    frameProblem(checkOfRequest(request).members, request.adapterMethods, true) === undefined;
  const shapes = plans.map((plan) => planShape(plan, probed, space, outputRank, sharedRows));
  const written = planFiles(request, resolved, { space, options, plans, shapes });
  const how = { result: probed.result, space, passes: probed.passes, outputRank };
  const modules = plans.map((plan, i) => planWork(plan, shapes[i]!, how));
  const bytesRead = bytesOf(
    members.map(({ adapter }) => adapter),
    probed,
  );
  const work = {
    products64: sum(modules.map((module) => module.products64)),
    products32: sum(modules.map((module) => module.products32)),
    entries: sum(modules.map((module) => module.entries)),
    bytes: bytesRead + 2 * written.bytes,
  };
  const rates = request.rates ?? (await measureRates(tf));
  const { baselineBytes = process.memoryUsage.rss() } = request;
  return {
    tensorsRead: sum(members.map(({ adapter }) => 2 * adapter.modules.size)),
    tensorsWritten: written.tensors,
    bytesRead,
    bytesWritten: written.bytes,
    passes: probed.passes,
    outputs: written.outputs,
    result: probed.result,
    outputRank: shapes.reduce((most, { rank }) => Math.max(most, rank), 0),
    certain: shapes.every(({ certain }) => certain),
    modules: plans.map((plan, i) => ({
      module: plan.module,
      outFeatures: plan.outFeatures,
      inFeatures: plan.inFeatures,
      adapters: plan.holders.length,
      inputRank: sumOfRanks(plan.holders),
      outputRank: shapes[i]!.rank,
    })),
    peakMemoryBytes: baselineBytes + modules.reduce((most, { memory }) => Math.max(most, memory), 0),
    work,
    seconds:
      work.products64 / rates.products64 +
      work.products32 / rates.products32 +
      work.entries / rates.entries +
      work.bytes / rates.bytes,
  };
}

/** Tensors and bytes of the files that the run would write. */
function planFiles(
  { strategy, members, name, seed, outputRank }: PlanRequest,
  { outputs }: ResolvedStrategy,
  run: {
    readonly space: FusionSpace;
    readonly options: Readonly<Record<string, unknown>>;
    readonly plans: readonly ModulePlan[];
    readonly shapes: readonly PlannedShape[];
  },
): { readonly tensors: number; readonly bytes: number; readonly outputs: number } {
  const { space, options, plans, shapes } = run;
  const positions = outputs === 'PER_ADAPTER' ? members.map((_, position) => position) : [undefined];
  let [tensors, bytes] = [0, 0];
  for (const position of positions) {
    const own = plans.flatMap((plan, i) =>
      position === undefined || plan.holders.some((holder) => holder.position === position)
        ? [{ plan, shape: shapes[i]! }]
        : [],
    );
    const rank = own.reduce((most, { shape }) => Math.max(most, shape.rank), 0);
    // As the writer chooses it.
    const { scale } = (own.find(({ shape }) => shape.rank > 1) ?? own[0]!).shape;
    const framed = own.every(({ shape }) => shape.framed);
    const description = { name, strategy: strategy.id, options, space, outputRank, seed, members, rank, scale, framed };
    const manifest = outputManifest({ ...description, ...(position !== undefined && { position }) });
    const measured = measureAdapter(
      manifest,
      own.map(({ plan, shape }) => ({
        name: plan.module,
        outFeatures: plan.outFeatures,
        inFeatures: plan.inFeatures,
        rank: shape.rank,
        scale: shape.scale,
        ...plan.layout,
      })),
    );
    tensors += measured.tensors;
    bytes += measured.byteLength;
  }
  return { tensors, bytes, outputs: positions.length };
}

/** Files once, then the factors in each pass, as float32. */
function bytesOf(adapters: readonly AdapterFile[], { passes }: Probed): number {
  const factors = adapters.flatMap(({ modules }) =>
    [...modules.values()].map(({ rank, inFeatures, outFeatures }) => 4 * rank * (inFeatures + outFeatures)),
  );
  return sum(adapters.map(({ byteLength }) => byteLength)) + passes * sum(factors);
}

function reasonOf(check: FusionCheck, space: FusionSpace): string {
  if (check.space !== undefined) return `${space} was asked for.`;
  const [preferred] = check.strategy.spaces;
  if (space === preferred)
    return `${space} is the first that "${check.strategy.id}" offers, and these adapters can be fused in it.`;
  const problem =
    preferred === 'FRAME'
      ? frameProblem(check.members, check.adapterMethods, true)
      : 'the ranks of the adapters differ';
  return `${preferred} comes first for "${check.strategy.id}", but ${problem ?? 'these adapters cannot be fused in it'}; ${space} is the next.`;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
