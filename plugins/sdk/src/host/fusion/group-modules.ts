import type { SearchStrategy } from '../../contract/strategy.js';
import { pluginErrors, strategyFailed } from '../../errors.js';
import { fusionErrors } from '../fusion-errors.js';
import { fusionLimits } from '../fusion-limits.js';

/** Which modules of a run share their coefficients. */
export interface ModuleGroups {
  readonly count: number;
  /** Group of each module, in the order of the modules: from 0, without gaps. */
  readonly of: readonly number[];
}

/**
 * Groups as the strategy says; all modules in one where it says nothing.
 *
 * @throws STRATEGY_INVALID_OUTPUT, FUSION_LIMIT_EXCEEDED for more coefficients than a search may have
 */
export function groupModules(
  strategy: SearchStrategy,
  options: Readonly<Record<string, unknown>>,
  modules: readonly string[],
  adapters: number,
): ModuleGroups {
  if (strategy.groups === undefined) return { count: 1, of: modules.map(() => 0) };
  const invalid = (problem: string): Error => pluginErrors.invalidOutput({ strategy: strategy.id, problem });
  let of: readonly number[];
  try {
    of = strategy.groups(modules, options);
  } catch (error) {
    throw strategyFailed(strategy, 'groups', error);
  }
  if (!Array.isArray(of) || of.length !== modules.length) {
    throw invalid(`expected the groups of ${modules.length} modules, got ${of?.length ?? 'none'}`);
  }
  const bad = of.findIndex((group) => !Number.isInteger(group) || group < 0);
  if (bad >= 0) throw invalid(`the group of module "${modules[bad]}" is ${of[bad]}, expected a whole number from 0`);
  const count = of.reduce((most, group) => Math.max(most, group + 1), 0);
  if (count * adapters > fusionLimits.coefficients) {
    throw fusionErrors.limitExceeded({
      what: `coefficients of ${count} groups and ${adapters} adapters`,
      got: count * adapters,
      limit: fusionLimits.coefficients,
    });
  }
  const used = new Set(of);
  const gap = Array.from({ length: count }, (_, group) => group).find((group) => !used.has(group));
  if (gap !== undefined) throw invalid(`no module is in group ${gap}, and there are groups to ${count - 1}`);
  return { count, of };
}

/** Coefficients of one module, by the adapters' positions: those of its group. */
export function coefficientsOf(
  { of }: ModuleGroups,
  index: number,
  coefficients: readonly number[],
  adapters: number,
): readonly number[] {
  const start = of[index]! * adapters;
  return coefficients.slice(start, start + adapters);
}
