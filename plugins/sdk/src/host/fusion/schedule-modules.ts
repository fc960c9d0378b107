import type { Strategy } from '../../contract/strategy.js';
import { pluginErrors } from '../../errors.js';
import { checkOwnOptions } from '../../options/check-own-options.js';
import { wrappedBy, type StrategyDirectory } from '../../options/check-rule.js';
import { describeOptions } from '../../options/describe-options.js';
import { matchModules } from '../../options/match-modules.js';
import { WEIGHT, type Schedule } from '../../options/schedule.js';
import { fusionErrors } from '../fusion-errors.js';
import { moduleDepths } from './module-depths.js';
import type { ModuleTask } from './module-task.js';

type Options = Readonly<Record<string, unknown>>;

/** What holds in one module. */
export interface ModuleSettings {
  /** Options with the schedules that name no adapter. */
  readonly options: Options;
  /** One per adapter of the run. */
  readonly weights: readonly number[];
  /** One per adapter of the run: with the schedules that name it, and those that name none. */
  readonly adapterOptions: readonly Options[];
}

export interface ScheduleRequest {
  readonly strategy: Strategy;
  readonly strategies?: StrategyDirectory | undefined;
  /** Parsed. */
  readonly options: Options;
  /** Names of all modules, sorted. */
  readonly modules: readonly string[];
  /** One per adapter. */
  readonly weights: readonly number[];
}

export interface ModuleSchedule {
  /** Options without any schedules: what holds beyond single modules. */
  readonly options: Options;
  /** What holds in the module of this index. */
  at(index: number): ModuleSettings;
}

/**
 * Resolves schedules for every module: pure, so that it does not matter who fuses a module. A schedule of one value gives what the option itself gives;
 * of several that match a parameter, an adapter and a module, the first wins. Undefined where nothing is scheduled.
 *
 * @throws FUSION_SCHEDULE_UNMATCHED, FUSION_SCHEDULE_ADAPTER, and STRATEGY_INVALID_OPTIONS for values that do not go together in a module
 */
export function scheduleModules(request: ScheduleRequest): ModuleSchedule | undefined {
  const { strategy, strategies, options, modules, weights } = request;
  const levels = levelsOf(strategy, options, strategies);
  if (levels.every(({ schedules }) => schedules.length === 0)) return undefined;
  const compiled = levels.map((level) => compile(level, modules, weights.length));
  const depths = moduleDepths(modules);
  const bare = build(compiled, () => undefined);
  return {
    options: bare,
    at(index) {
      const valueOf = (position: number | undefined) => (level: CompiledLevel, parameter: string) => {
        const schedule = level.schedules.find(
          (each) =>
            each.parameter === parameter &&
            (each.adapter === undefined || each.adapter === position) &&
            each.matches.has(index),
        );
        return schedule && interpolate(schedule.values, depths[index]!);
      };
      const [outermost] = compiled;
      return {
        options: build(compiled, valueOf(undefined)),
        weights: weights.map((weight, position) => valueOf(position)(outermost!, WEIGHT) ?? weight),
        adapterOptions: weights.map((_, position) => build(compiled, valueOf(position))),
      };
    },
  };
}

/** A task with what holds in its module instead of what holds in general. */
export function applySchedule(task: ModuleTask, schedule: ModuleSchedule | undefined): ModuleTask {
  if (schedule === undefined) return task;
  const { options, weights, adapterOptions } = schedule.at(task.index);
  const members = task.members.map((member) => ({
    ...member,
    weight: weights[member.position]!,
    options: adapterOptions[member.position]!,
  }));
  return { ...task, members, options, weights };
}

/** values[0] at t = 0, the last at t = 1, straight lines between; equal values give that value to the bit. */
export function interpolate(values: readonly number[], t: number): number {
  const at = t * (values.length - 1);
  const low = Math.min(Math.floor(at), values.length - 1);
  const high = Math.min(low + 1, values.length - 1);
  return values[low]! + (values[high]! - values[low]!) * (at - low);
}

/** A strategy and its own options; what it wraps is the next level. */
interface Level {
  readonly strategy: Strategy;
  readonly options: Options;
  readonly schedules: readonly Schedule[];
  /** Where its schedules stand in the options. */
  readonly path: string;
}
interface CompiledLevel extends Level {
  readonly schedules: readonly (Schedule & { readonly matches: ReadonlySet<number> })[];
  readonly integers: ReadonlySet<string>;
  readonly checked: Set<string>;
}

function levelsOf(
  strategy: Strategy,
  { schedules, rule, ...options }: Options,
  strategies: StrategyDirectory = new Map(),
  path = '',
): readonly Level[] {
  const own = { strategy, options, schedules: (schedules ?? []) as readonly Schedule[], path: `${path}schedules` };
  if (strategy.kind !== 'WRAPPER') return [own];
  const inner = wrappedBy(strategy, { rule });
  return [own, ...levelsOf(strategies.get(inner.id)!, inner.options, strategies, `${path}rule.${inner.id}.`)];
}

function compile(level: Level, modules: readonly string[], adapters: number): CompiledLevel {
  const { strategy, path } = level;
  const schedules = level.schedules.map((schedule, index) => {
    const { adapter, modules: pattern = '*' } = schedule;
    if (adapter !== undefined && adapter >= adapters) {
      throw fusionErrors.scheduleAdapter({ strategy: strategy.id, path: `${path}.${index}`, got: adapter, adapters });
    }
    const matching = matchModules(pattern);
    const matches = new Set(modules.flatMap((module, at) => (matching(module) ? [at] : [])));
    if (matches.size > 0) return { ...schedule, matches };
    const example = modules[0]!;
    throw fusionErrors.scheduleUnmatched({ strategy: strategy.id, path: `${path}.${index}`, pattern, example });
  });
  const integers = describeOptions(strategy.options).filter(({ type }) => type === 'INT');
  return { ...level, schedules, integers: new Set(integers.map(({ name }) => name)), checked: new Set() };
}

/** The options of all levels, one within the other, with what `valueOf` sets. */
function build(
  [level, ...inner]: readonly CompiledLevel[],
  valueOf: (level: CompiledLevel, parameter: string) => number | undefined,
): Options {
  const { options, schedules, integers } = level!;
  const set: Record<string, number> = {};
  for (const { parameter } of schedules) {
    const value = parameter === WEIGHT ? undefined : valueOf(level!, parameter);
    if (value !== undefined) set[parameter] = integers.has(parameter) ? Math.round(value) : value;
  }
  const own = { ...options, ...set };
  checkTogether(level!, own, set);
  const [next] = inner;
  return next === undefined ? own : { ...own, rule: { [next.strategy.id]: build(inner, valueOf) } };
}

/** Values that are right one by one may not go together, such as a density and the share of outliers that is cut off first. */
function checkTogether({ strategy, checked }: CompiledLevel, options: Options, set: Options): void {
  const key = JSON.stringify(set);
  if (key === '{}' || checked.has(key)) return;
  const result = checkOwnOptions(strategy, options);
  if (!result.ok) throw pluginErrors.invalidOptions({ strategy: strategy.id, issues: result.issues });
  checked.add(key);
}
