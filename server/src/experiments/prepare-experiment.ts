import type { EntityManager } from '@mikro-orm/postgresql';
import { checkOptions, type Strategy } from '@crucible/sdk';
import { checkFusion, resolveSpace, strategiesOf, type FusionCheck } from '@crucible/sdk/host';
import {
  Adapter,
  FusionSpaceName,
  FusionStrategy,
  Metric,
  TaskHead,
  TaskKind,
  type BaseModel,
  type ExperimentModeRecord,
  type ExperimentStrategyRecord,
  type Task,
} from '../entities/index.js';
import { findById } from '../services/find-by-id.js';
import { kindsOf, tellMutation, withStatistics } from '../services/member-statistics.js';
import { manifestOf, OPTION_CODES } from '../services/prepare-fusion.js';
import {
  IncompatibleAdapters,
  InvalidOptions,
  NotFound,
  Problem,
  type QuotaExceeded,
  StrategyUnavailable,
} from '../services/problems.js';
import type { ServiceContext } from '../services/service-context.js';
import { wrappedVersions } from '../services/wrapped-versions.js';
import { checkExperiment } from './check-experiment.js';
import type { ExperimentInput, ExperimentModeInput } from './experiment-input.js';
import { VALIDATION_EXAMPLES } from './limits.js';
import { subsetsOf } from './subsets.js';

export type ExperimentProblem = InvalidOptions | IncompatibleAdapters | StrategyUnavailable | NotFound | QuotaExceeded;

export interface PreparedMode {
  readonly record: ExperimentModeRecord;
  /** One per task, in the order of the tasks. */
  readonly adapters: readonly Adapter[];
}
export interface PreparedStrategy {
  readonly record: ExperimentStrategyRecord;
  readonly strategy: Strategy;
  /** `id@version` of it and of what it wraps. */
  readonly versions: string;
  /** By mode: where it merges, and the digests of the statistics that it needs of the mode's adapters. */
  readonly spaces: readonly FusionSpaceName[];
  readonly statistics: readonly (readonly (string | null)[])[];
}

/** An experiment that nothing stands in the way of. */
export interface PreparedExperiment {
  readonly base: BaseModel;
  readonly tasks: readonly Task[];
  /** Digests of the tasks' heads. */
  readonly heads: readonly string[];
  readonly modes: readonly PreparedMode[];
  readonly strategies: readonly PreparedStrategy[];
  readonly subsets: readonly (readonly number[])[];
  readonly seeds: readonly number[];
  readonly validationExamples: number;
  readonly testExamples: number | null;
}

/** Everything that can be known before a worker is bothered. */
export async function prepareExperiment(
  em: EntityManager,
  context: Pick<ServiceContext, 'plugins'>,
  input: ExperimentInput,
): Promise<PreparedExperiment | ExperimentProblem> {
  const wrong = checkExperiment(input);
  if (wrong) return wrong;
  const found = await findModes(em, input.modes);
  if (found instanceof Problem) return found;
  const { tasks, modes } = found;
  const other = tasks.find(({ kind, metric }) => kind !== TaskKind.IMAGE || metric !== Metric.ACCURACY);
  if (other) {
    const message = `"${other.name}" is no task of images counted by accuracy, the only ones that experiments score; leave its adapters out.`;
    return new InvalidOptions([{ code: 'EXPERIMENT_INVALID', message, path: ['modes', 0, 'adapters'] }]);
  }
  const base = modes[0]!.adapters[0]!.base.getEntity();
  const heads = await em.find(TaskHead, { base: base.id, task: { $in: tasks.map(({ id }) => id) } });
  const headless = tasks.find(({ id }) => !heads.some(({ task }) => task.id === id));
  if (headless) {
    const message = `The task "${headless.name}" has no head for the base "${base.name}", so nothing can be scored on it; import one.`;
    return new InvalidOptions([{ code: 'HEAD_MISSING', message, path: ['modes', 0, 'adapters'] }]);
  }
  const subsets = resolveSubsets(input, tasks);
  if (subsets instanceof Problem) return subsets;
  const strategies: PreparedStrategy[] = [];
  for (const index of input.strategies.keys()) {
    const strategy = await prepareStrategy(em, context, input, index, modes, subsets);
    if (strategy instanceof Problem) return strategy;
    strategies.push(strategy);
  }
  return {
    base,
    tasks,
    heads: tasks.map(({ id }) => heads.find(({ task }) => task.id === id)!.digest),
    modes,
    strategies,
    subsets,
    seeds: input.seeds ?? [0],
    validationExamples: input.validationExamples ?? VALIDATION_EXAMPLES,
    testExamples: input.testExamples ?? null,
  };
}

/** Every mode has one adapter for each of the same tasks, all of one base; the first mode says the order of the tasks. */
async function findModes(
  em: EntityManager,
  given: readonly ExperimentModeInput[],
): Promise<{ readonly tasks: readonly Task[]; readonly modes: readonly PreparedMode[] } | InvalidOptions | NotFound> {
  const refuse = (message: string, path: (string | number)[]): InvalidOptions =>
    new InvalidOptions([{ code: 'EXPERIMENT_INVALID', message, path }]);
  let tasks: readonly Task[] = [];
  const modes: PreparedMode[] = [];
  for (const [mode, { name, adapters: ids, space }] of given.entries()) {
    const adapters: Adapter[] = [];
    for (const [index, id] of ids.entries()) {
      const path = ['modes', mode, 'adapters', index];
      const adapter = await findById(em, Adapter, id, ['base', 'frame', 'task']);
      if (adapter === null) return new NotFound('adapter', id, path);
      const { task, base } = adapter;
      if (task === null)
        return refuse(`"${adapter.name}" is of no task; give adapters that were trained on one.`, path);
      if (adapters.some((other) => other.task!.id === task.id)) {
        return refuse(`Mode "${name}" has two adapters of the task "${task.getEntity().name}"; give one.`, path);
      }
      const own = (modes[0]?.adapters[0] ?? adapters[0])?.base.id;
      if (own !== undefined && own !== base.id) {
        return refuse(`"${adapter.name}" is of another base model; give adapters of one.`, path);
      }
      adapters.push(adapter);
    }
    if (mode === 0) tasks = adapters.map(({ task }) => task!.getEntity());
    const ordered = tasks.map(({ id }) => adapters.find(({ task }) => task!.id === id));
    const missing = tasks.find((_, index) => ordered[index] === undefined);
    if (missing || adapters.length !== tasks.length) {
      const problem = missing
        ? `has no adapter of the task "${missing.name}"`
        : 'has an adapter of a task that the first has none of';
      return refuse(`Mode "${name}" ${problem}; give each mode one adapter for each of the same tasks.`, [
        'modes',
        mode,
        'adapters',
      ]);
    }
    const own = ordered as Adapter[];
    const methods = [...new Set(own.map(({ method }) => method))];
    const record = { name, method: methods.join(', '), space: space ?? null, adapters: own.map(({ id }) => id) };
    modes.push({ record, adapters: own });
  }
  return { tasks, modes };
}

function resolveSubsets(
  { sizes, subsets }: ExperimentInput,
  tasks: readonly Task[],
): readonly (readonly number[])[] | InvalidOptions {
  const refuse = (message: string, path: (string | number)[]): InvalidOptions =>
    new InvalidOptions([{ code: 'EXPERIMENT_INVALID', message, path }]);
  if (subsets === undefined) {
    const wanted = sizes ?? Array.from({ length: tasks.length - 1 }, (_, i) => i + 2);
    const bad = wanted.find((size) => size > tasks.length);
    if (bad !== undefined)
      return refuse(`There are no subsets of ${bad} of ${tasks.length} tasks; give sizes from 2 to ${tasks.length}.`, [
        'sizes',
      ]);
    return subsetsOf(tasks.length, wanted);
  }
  const resolved: number[][] = [];
  for (const [index, ids] of subsets.entries()) {
    const places = ids.map((id) => tasks.findIndex((task) => task.id === id));
    if (places.includes(-1)) {
      return refuse(`The task ${ids[places.indexOf(-1)]} is not one of the modes' tasks.`, [
        'subsets',
        index,
        places.indexOf(-1),
      ]);
    }
    resolved.push([...new Set(places)].sort((x, y) => x - y));
  }
  const keys = resolved.map((subset) => subset.join());
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twice >= 0) return refuse('A subset is listed twice; list each once.', ['subsets', twice]);
  return resolved;
}

async function prepareStrategy(
  em: EntityManager,
  { plugins }: Pick<ServiceContext, 'plugins'>,
  input: ExperimentInput,
  index: number,
  modes: readonly PreparedMode[],
  subsets: readonly (readonly number[])[],
): Promise<PreparedStrategy | ExperimentProblem> {
  const { id, name, points } = input.strategies[index]!;
  const installed = plugins.strategies.get(id);
  const version = installed?.plugin.version;
  const row = version && (await em.findOne(FusionStrategy, { key: id, version, available: true }));
  if (!installed || !row) {
    return new StrategyUnavailable(
      `There is no working strategy "${id}"; choose ${[...plugins.strategies.keys()].join(', ')}.`,
      ['strategies', index],
    );
  }
  const { strategy } = installed;
  const strategies = strategiesOf(plugins);
  const parsed: Readonly<Record<string, unknown>>[] = [];
  for (const point of points) {
    const checked = checkOptions(strategy, point, strategies);
    if (!checked.ok) {
      return new InvalidOptions(
        checked.issues.map(({ message, path }) => ({
          code: 'OPTIONS_INVALID',
          message: `Strategy "${id}" with ${JSON.stringify(point)}: ${message}.`,
          path: ['strategies', index, ...path],
        })),
      );
    }
    parsed.push(checked.options);
  }
  const spaces: FusionSpaceName[] = [];
  const statistics: (readonly (string | null)[])[] = [];
  const sample = [...new Map(subsets.map((subset) => [subset.length, subset])).values()];
  for (const [at, { record, adapters }] of modes.entries()) {
    const own = await withStatistics(
      em,
      strategy,
      adapters.map((adapter) => ({ adapter, weight: 1 })),
    );
    for (const subset of sample) {
      const members = subset.map((task) => own[task]!);
      for (const options of parsed) {
        const check: FusionCheck = {
          strategy,
          strategies,
          options,
          members: members.map(({ adapter, weight, statistics: digest }) => ({
            name: adapter.name,
            manifest: manifestOf(adapter),
            weight,
            ...(adapter.ownFrameDigest !== null && { ownFrameDigest: adapter.ownFrameDigest }),
            ...kindsOf(strategy, digest),
          })),
          space: record.space ?? undefined,
          outputRank: undefined,
          validation: adapters.some(({ task }) => task!.getEntity().counts.validation > 0),
          adapterMethods: new Map([...plugins.adapterMethods].map(([method, entry]) => [method, entry.method])),
        };
        const issues = checkFusion(check).map((issue) => ({
          ...tellMutation(issue, strategy, members),
          path: ['strategies', index],
        }));
        if (issues.length > 0) {
          const told = issues.map((issue) => ({
            ...issue,
            message: `Strategy "${id}" in mode "${record.name}": ${issue.message}`,
          }));
          return told.some(({ code }) => OPTION_CODES.has(code))
            ? new InvalidOptions(told)
            : new IncompatibleAdapters(told);
        }
        if (subset === sample[0] && options === parsed[0]) spaces[at] = FusionSpaceName[resolveSpace(check)];
      }
    }
    statistics[at] = own.map((member) => member.statistics);
  }
  const wrapped = wrappedVersions(strategy, parsed[0]!, plugins);
  return {
    record: { name: name ?? row.title, key: id, version: row.version, points: parsed },
    strategy,
    versions: [`${id}@${row.version}`, ...wrapped].join(' over '),
    spaces,
    statistics,
  };
}
