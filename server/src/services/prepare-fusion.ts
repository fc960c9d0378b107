import type { EntityManager } from '@mikro-orm/postgresql';
import type { AdapterManifest } from '@crucible/engine/adapters';
import { parseOptions, type Strategy } from '@crucible/sdk';
import { checkFusion, resolveSpace, strategiesOf, type FusionCheck, type Incompatibility } from '@crucible/sdk/host';
import { Adapter, BaseModel, FusionSpaceName, FusionStrategy, Task, TaskHead } from '../entities/index.js';
import { whyNotAsked } from '../scores/asked-way.js';
import { checkSchedules } from './check-schedules.js';
import { findById } from './find-by-id.js';
import { kindsOf, tellMutation, withStatistics } from './member-statistics.js';
import type { FuseInput } from './inputs.js';
import { IncompatibleAdapters, InvalidOptions, NotFound, QuotaExceeded, StrategyUnavailable } from './problems.js';
import type { ServiceContext } from './service-context.js';
import { serviceLimits } from './service-limits.js';
import { whyHeadNeeded } from './why-head-needed.js';
import { wrappedVersions } from './wrapped-versions.js';

export interface PreparedMember {
  readonly adapter: Adapter;
  readonly weight: number;
  /** Digest of the statistics that the strategy needs of it. */
  readonly statistics: string | null;
}

/** A fusion that nothing stands in the way of. */
export interface PreparedFusion {
  readonly row: FusionStrategy;
  readonly strategy: Strategy;
  /** What a wrapper wraps, as `id@version`, the outermost first. */
  readonly wrapped: readonly string[];
  readonly members: readonly PreparedMember[];
  /** With defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpaceName;
  readonly evaluateOn: readonly Task[];
}

export type FusionProblem = InvalidOptions | IncompatibleAdapters | StrategyUnavailable | NotFound | QuotaExceeded;

type Request = Pick<
  FuseInput,
  'name' | 'adapters' | 'strategy' | 'space' | 'outputRank' | 'seed' | 'evaluateOn' | 'prompt' | 'by'
>;

/** Everything that can be known before a worker is bothered: bad input is answered here, and reaches no queue. */
export async function prepareFusion(
  em: EntityManager,
  { plugins, blobs }: Pick<ServiceContext, 'plugins' | 'blobs'>,
  input: Request,
): Promise<PreparedFusion | FusionProblem> {
  const problem = checkSizes(input);
  if (problem) return problem;
  const installed = plugins.strategies.get(input.strategy.id);
  const row =
    installed &&
    (await em.findOne(FusionStrategy, { key: input.strategy.id, version: installed.plugin.version, available: true }));
  if (!installed || !row) return unavailable(input.strategy.id, [...plugins.strategies.keys()]);
  const { strategy } = installed;
  const given: { readonly adapter: Adapter; readonly weight: number }[] = [];
  for (const [index, { adapter: id, weight = 1 }] of input.adapters.entries()) {
    const adapter = await findById(em, Adapter, id, ['base', 'frame', 'task']);
    if (adapter === null) return new NotFound('adapter', id, ['adapters', index, 'id']);
    given.push({ adapter, weight });
  }
  const members = await withStatistics(em, strategy, given);
  const tasks = await evaluationTasks(em, input, members);
  if (tasks instanceof NotFound) return tasks;
  const strategies = strategiesOf(plugins);
  const check: FusionCheck = {
    strategy,
    strategies,
    options: input.strategy.options,
    members: members.map(({ adapter, weight, statistics }) => ({
      name: adapter.name,
      manifest: manifestOf(adapter),
      weight,
      ...(adapter.ownFrameDigest !== null && { ownFrameDigest: adapter.ownFrameDigest }),
      ...kindsOf(strategy, statistics),
    })),
    space: input.space,
    outputRank: input.outputRank,
    validation: members.some(({ adapter }) => (adapter.task?.getEntity().counts.validation ?? 0) > 0),
    adapterMethods: new Map([...plugins.adapterMethods].map(([id, { method }]) => [id, method])),
  };
  const issues = checkFusion(check);
  if (issues.length) return problemOfIssues(issues.map((issue) => tellMutation(issue, strategy, members)));
  const foreign = tasksOfNobody(tasks, members, strategy);
  if (foreign.length) return new InvalidOptions(foreign);
  const base = members[0]!.adapter.base.id;
  const headless = await tasksWithoutHead(em, base, tasks, members, strategy);
  if (headless.length) return new InvalidOptions(headless);
  const model = members[0]!.adapter.base.getEntity();
  const unasked = tasks.flatMap((task) => whyNotAsked(model, task, input) ?? []);
  if (unasked.length) return new InvalidOptions(unasked);
  const options = parseOptions(strategy, input.strategy.options, strategies);
  const scheduled = {
    strategy,
    strategies,
    options,
    members: members.map(({ adapter, weight }) => ({ digest: adapter.digest, weight })),
  };
  const unmatched = await checkSchedules(blobs, scheduled);
  if (unmatched.length) return new InvalidOptions(unmatched);
  return {
    row,
    strategy,
    wrapped: wrappedVersions(strategy, options, plugins),
    members,
    options,
    space: FusionSpaceName[resolveSpace(check)],
    evaluateOn: tasks,
  };
}

function checkSizes({ name, seed = 0, evaluateOn }: Request): InvalidOptions | QuotaExceeded | undefined {
  if ((name?.length ?? 0) > serviceLimits.nameLength) {
    return new QuotaExceeded('characters of the name', name!.length, serviceLimits.nameLength, ['name']);
  }
  if ((evaluateOn?.length ?? 0) > serviceLimits.evaluationTasks) {
    return new QuotaExceeded('tasks to score on', evaluateOn!.length, serviceLimits.evaluationTasks, ['evaluateOn']);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed > 0x7fffffff) {
    const message = `The seed is ${seed}; give a whole number from 0 to 2147483647.`;
    return new InvalidOptions([{ code: 'SEED_INVALID', message, path: ['seed'] }]);
  }
  return undefined;
}

function unavailable(id: string, known: readonly string[]): StrategyUnavailable {
  const choice = known.length ? `choose ${known.join(', ')}` : 'no plugin brings any; see `plugins` for the reasons';
  return new StrategyUnavailable(`There is no working strategy "${id}"; ${choice}.`);
}

/** What the row tells of the adapter's file: the check needs no file. */
export function manifestOf(adapter: Adapter): AdapterManifest {
  const { name, method, rank, scale, targetModules, base, frame, form } = adapter;
  return {
    version: 1,
    name,
    method,
    rank,
    scale,
    targetModules,
    alpha: scale * rank,
    baseDigest: base.getEntity().digest,
    ...(frame === null ? {} : { frameDigest: frame.getEntity().digest }),
    form,
  };
}

async function evaluationTasks(
  em: EntityManager,
  { evaluateOn }: Request,
  members: readonly PreparedMember[],
): Promise<readonly Task[] | NotFound> {
  if (evaluateOn === undefined) {
    const own = members.flatMap(({ adapter }) => (adapter.task === null ? [] : [adapter.task.getEntity()]));
    return [...new Map(own.map((task) => [task.id, task])).values()];
  }
  const tasks = new Map<string, Task>();
  for (const [index, id] of evaluateOn.entries()) {
    const task = await findById(em, Task, id);
    if (task === null) return new NotFound('task', id, ['evaluateOn', index]);
    tasks.set(id, task);
  }
  return [...tasks.values()];
}

/** An output for one adapter is scored on that adapter's task; a task of no adapter has no output. */
function tasksOfNobody(
  tasks: readonly Task[],
  members: readonly PreparedMember[],
  { id, outputs }: Strategy,
): readonly { code: string; message: string; path: (string | number)[] }[] {
  if (outputs !== 'PER_ADAPTER') return [];
  const own = new Set(members.map(({ adapter }) => adapter.task?.id));
  return tasks
    .filter((task) => !own.has(task.id))
    .map(({ name }) => ({
      code: 'TASK_OF_NO_ADAPTER',
      message: `"${id}" makes an output for each adapter, scored on that adapter's own task, and none of them is of the task "${name}"; leave it out of evaluateOn.`,
      path: ['evaluateOn'],
    }));
}

/** Scoring on a task takes a head of it on this base, or a base that answers without; a search takes heads, of the adapters' own tasks. */
async function tasksWithoutHead(
  em: EntityManager,
  base: string,
  tasks: readonly Task[],
  members: readonly PreparedMember[],
  strategy: Strategy,
): Promise<readonly { code: string; message: string; path: (string | number)[] }[]> {
  const searched = strategy.kind === 'SEARCH' ? members.flatMap(({ adapter }) => adapter.task?.getEntity() ?? []) : [];
  const needed = [...new Map([...tasks, ...searched].map((task) => [task.id, task])).values()];
  const heads = await em.find(TaskHead, { base, task: { $in: needed.map(({ id }) => id) } });
  const present = new Set(heads.map(({ task }) => task.id));
  const model = await em.findOneOrFail(BaseModel, { id: base });
  const isSearched = new Set(searched.map(({ id }) => id));
  return needed
    .filter((task) => !present.has(task.id) && (isSearched.has(task.id) || whyHeadNeeded(model, task) !== null))
    .map(({ name }) => ({
      code: 'HEAD_MISSING',
      message: `The task "${name}" has no head for this base model, so nothing can be scored on it; leave it out of evaluateOn, or import a head.`,
      path: ['evaluateOn'],
    }));
}

/** Codes of issues that no adapters could make right. */
export const OPTION_CODES: ReadonlySet<string> = new Set([
  'OPTIONS_INVALID',
  'OUTPUT_RANK_INVALID',
  'SPACE_NOT_OFFERED',
  'WEIGHT_INVALID',
]);

/** Options that no adapters could make right come first; only then what is wrong between these adapters. */
function problemOfIssues(issues: readonly Incompatibility[]): InvalidOptions | IncompatibleAdapters {
  const options = issues.filter(({ code }) => OPTION_CODES.has(code));
  return options.length ? new InvalidOptions(options) : new IncompatibleAdapters(issues);
}
