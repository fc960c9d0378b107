import type { EntityManager } from '@mikro-orm/postgresql';
import type { FusionPlan, PlanIssue } from '@crucible/sdk/host';
import { analysisLimits, type AnalysisProblem, type Analyst, type Analyzed, type AnswerOf } from '../analysis/index.js';
import type { BlobStore } from '../blobs/index.js';
import { Adapter, FusionMember, FusionRun, RunState, Task } from '../entities/index.js';
import { findById } from './find-by-id.js';
import type { FuseInput } from './inputs.js';
import { tellMutation, withStatistics } from './member-statistics.js';
import { prepareFusion, type FusionProblem } from './prepare-fusion.js';
import { IncompatibleAdapters, InvalidOptions, NotFound, Problem, QuotaExceeded } from './problems.js';
import type { ServiceContext } from './service-context.js';

export interface AnalysisContext extends Pick<ServiceContext, 'plugins'> {
  readonly blobs: BlobStore;
  readonly analyst: Analyst;
}

export interface SimilarityInput {
  readonly adapters: readonly string[];
  readonly weights?: readonly number[] | undefined;
  readonly signRows: number;
}

/** What adapters have in common and where they clash; from their files, without a base model. */
export async function compareSimilarity(
  em: EntityManager,
  { blobs, analyst }: AnalysisContext,
  { adapters: ids, weights = ids.map(() => 1), signRows }: SimilarityInput,
): Promise<
  | { readonly adapters: readonly Adapter[]; readonly outcome: Analyzed<AnswerOf['SIMILARITY']> }
  | NotFound
  | QuotaExceeded
  | IncompatibleAdapters
> {
  if (ids.length > analysisLimits.adapters) {
    return new QuotaExceeded('adapters of one comparison', ids.length, analysisLimits.adapters, ['adapters']);
  }
  const adapters = await findAdapters(em, ids, (index) => ['adapters', index]);
  if (adapters instanceof NotFound) return adapters;
  // Modules of other bases have other names: all would be at right angles, which says nothing about the adapters.
  const other = adapters.findIndex(({ base }) => base.id !== adapters[0]!.base.id);
  if (other > 0) {
    const message = `"${adapters[other]!.name}" is of another base model than "${adapters[0]!.name}"; compare adapters of one base model.`;
    return new IncompatibleAdapters([{ code: 'BASES_DIFFER', message, path: ['adapters', other] }]);
  }
  const bytes = adapters.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes > analysisLimits.bytes) {
    return new QuotaExceeded('bytes of the adapters', bytes, analysisLimits.bytes, ['adapters']);
  }
  const files = await locate(blobs, adapters);
  return { adapters, outcome: await analyst.compare({ kind: 'SIMILARITY', adapters: files, weights, signRows }) };
}

export interface PlannedFusion {
  readonly plan: FusionPlan;
  readonly issues: readonly PlanIssue[];
  /** Tasks that the output would be scored on. */
  readonly evaluateOn: readonly Task[];
  /** Median seconds of finished runs of the same strategy, space and rank on the same adapters, and how many there are; none: undefined. */
  readonly measured: { readonly seconds: number; readonly runs: number } | undefined;
}

/** What a run would do, and everything that stands in its way; nothing is queued. */
export async function planRun(
  em: EntityManager,
  context: ServiceContext & AnalysisContext,
  input: FuseInput,
): Promise<PlannedFusion | { readonly problem: AnalysisProblem } | FusionProblem> {
  const prepared = await prepareFusion(em, context, input);
  if (prepared instanceof Problem && !hasIssues(prepared)) return prepared;
  const ids = input.adapters.map(({ adapter }) => adapter);
  const adapters = await findAdapters(em, ids, (index) => ['adapters', index, 'id'], ['task']);
  if (adapters instanceof NotFound) return adapters;
  const refused = prepared instanceof Problem;
  const strategy = context.plugins.strategies.get(input.strategy.id)?.strategy;
  // Of a refused fusion too: otherwise the plan would miss statistics that there are.
  const given = adapters.map((adapter) => ({ adapter, weight: 1 }));
  const members = strategy ? await withStatistics(em, strategy, given) : [];
  const files = await locate(context.blobs, adapters);
  const outcome = await context.analyst.plan({
    kind: 'PLAN',
    strategy: input.strategy.id,
    options: input.strategy.options,
    members: files.map((file, i) => ({
      ...file,
      weight: input.adapters[i]!.weight ?? 1,
      ownFrameDigest: adapters[i]!.ownFrameDigest,
    })),
    space: input.space ?? null,
    outputRank: input.outputRank ?? null,
    seed: input.seed ?? 0,
    // Runs are named after their fingerprint: what matters to the file's size is the length.
    name: `fusion-${'0'.repeat(16)}`,
    validation: adapters.some(({ task }) => (task?.getEntity().counts.validation ?? 0) > 0),
    statistics: members.map(({ statistics }) => statistics),
    statisticsKind: strategy?.needs.statistics ?? null,
  });
  if ('problem' in outcome) return { problem: outcome.problem };
  const { answer: plan } = outcome;
  const issues = strategy ? plan.issues.map((issue) => tellMutation(issue, strategy, members)) : plan.issues;
  const known = new Set(issues.map(({ message }) => message));
  const more = refused ? prepared.issues.filter(({ message }) => !known.has(message)) : [];
  return {
    plan,
    issues: [...issues, ...more],
    evaluateOn: refused ? await tasksOf(em, input, adapters) : prepared.evaluateOn,
    measured: plan.run && (await medianOfRuns(em, input, plan, adapters)),
  };
}

/** What a fusion would give, from adapters that are factorized once and then kept. */
export async function previewRun(
  em: EntityManager,
  context: ServiceContext & AnalysisContext,
  input: FuseInput,
): Promise<{ readonly adapters: readonly Adapter[]; readonly outcome: Analyzed<AnswerOf['PREVIEW']> } | FusionProblem> {
  const limit = analysisLimits.previewAdapters;
  if (input.adapters.length > limit) {
    return new QuotaExceeded('adapters of one preview', input.adapters.length, limit, ['adapters']);
  }
  // A preview scores nothing, so that it needs no heads of tasks.
  const prepared = await prepareFusion(em, context, { ...input, evaluateOn: [] });
  if (prepared instanceof Problem) return prepared;
  const adapters = prepared.members.map(({ adapter }) => adapter);
  const files = await locate(context.blobs, adapters);
  const outcome = await context.analyst.preview({
    kind: 'PREVIEW',
    strategy: input.strategy.id,
    options: input.strategy.options,
    members: files.map((file, i) => ({
      ...file,
      weight: prepared.members[i]!.weight,
      ownFrameDigest: adapters[i]!.ownFrameDigest,
    })),
    space: input.space ?? null,
    outputRank: input.outputRank ?? null,
    seed: input.seed ?? 0,
  });
  return { adapters, outcome };
}

const hasIssues = (problem: Problem): problem is InvalidOptions | IncompatibleAdapters =>
  problem instanceof InvalidOptions || problem instanceof IncompatibleAdapters;

async function findAdapters(
  em: EntityManager,
  ids: readonly string[],
  path: (index: number) => readonly (string | number)[],
  populate: readonly string[] = [],
): Promise<readonly Adapter[] | NotFound> {
  const adapters: Adapter[] = [];
  for (const [index, id] of ids.entries()) {
    const adapter = await findById(em, Adapter, id, populate);
    if (adapter === null) return new NotFound('adapter', id, path(index));
    adapters.push(adapter);
  }
  return adapters;
}

function locate(blobs: BlobStore, adapters: readonly Adapter[]): Promise<{ path: string; digest: string }[]> {
  return Promise.all(adapters.map(async ({ digest }) => ({ path: await blobs.locate(digest), digest })));
}

async function tasksOf(em: EntityManager, { evaluateOn }: FuseInput, adapters: readonly Adapter[]): Promise<Task[]> {
  const ids = evaluateOn ?? adapters.flatMap(({ task }) => (task === null ? [] : [task.id]));
  return em.find(Task, { id: { $in: [...new Set(ids)] } });
}

/** Finished runs that are looked through. */
const RUNS = 64;

async function medianOfRuns(
  em: EntityManager,
  { strategy, outputRank }: FuseInput,
  { space }: FusionPlan,
  adapters: readonly Adapter[],
): Promise<PlannedFusion['measured']> {
  const runs = await em.find(
    FusionRun,
    { strategy: { key: strategy.id }, space, outputRank: outputRank ?? null, state: RunState.SUCCEEDED } as never,
    { orderBy: { createdAt: 'desc' }, limit: RUNS },
  );
  const members = await em.find(FusionMember, { run: { $in: runs.map(({ id }) => id) } });
  const wanted = setOf(adapters.map(({ id }) => id));
  const seconds = runs
    .filter(({ id }) => setOf(members.filter(({ run }) => run.id === id).map(({ adapter }) => adapter.id)) === wanted)
    .map(({ timings }) => timings.reduce((sum, timing) => sum + timing.seconds, 0))
    .filter((total) => total > 0)
    .sort((x, y) => x - y);
  if (seconds.length === 0) return undefined;
  return { seconds: seconds[Math.floor(seconds.length / 2)]!, runs: seconds.length };
}

const setOf = (ids: readonly string[]): string => ids.toSorted().join(' ');
