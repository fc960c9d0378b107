import type { StrategyDirectory } from '../../options/check-rule.js';
import type { Strategy } from '../../contract/strategy.js';
import { scheduleModules } from '../fusion/schedule-modules.js';
import type { TensorPart } from './model-task.js';
import { moduleOf, type TensorPlan } from './plan-parts.js';

export interface PartSchedule {
  /** Options without any schedules: what holds beyond single tensors. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly plans: readonly TensorPlan[];
}

export interface PartScheduleRequest {
  readonly strategy: Strategy;
  readonly strategies?: StrategyDirectory | undefined;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  /** One per model. */
  readonly weights: readonly number[];
}

/**
 * Gives each part the weights and options that hold in it. A tensor's module has its name without `.weight`, whether the tensor is cut into blocks of rows or
 * not, so that blocks do not change what a pattern matches; a tensor that is tied to another has what that one has.
 *
 * @throws FUSION_SCHEDULE_UNMATCHED, FUSION_SCHEDULE_ADAPTER, STRATEGY_INVALID_OPTIONS
 */
export function scheduleParts(plans: readonly TensorPlan[], request: PartScheduleRequest): PartSchedule {
  const names: string[] = [];
  for (const { tensor, index } of plans.flatMap(({ parts }) => parts)) names[index] = moduleOf(tensor);
  const modules = [...new Set(names)];
  const schedule = modules.length === 0 ? undefined : scheduleModules({ ...request, modules });
  if (schedule === undefined) return { options: request.options, plans };
  const indices = new Map(modules.map((module, index) => [module, index]));
  const settings = modules.map((_, index) => schedule.at(index));
  const settle = (part: TensorPart): TensorPart => ({
    ...part,
    settings: settings[indices.get(moduleOf(part.tensor))!]!,
  });
  return { options: schedule.options, plans: plans.map((plan) => ({ ...plan, parts: plan.parts.map(settle) })) };
}
