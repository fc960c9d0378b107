import type { FusionOutcome } from '@crucible/sdk/host';
import type { CoefficientGroup } from '../entities/index.js';

/** What a search found, with the modules that each part of it is for; null where nothing was searched. */
export function coefficientGroups(
  { coefficients, groups }: Pick<FusionOutcome, 'coefficients' | 'groups'>,
  modules: readonly string[],
): CoefficientGroup[] | null {
  if (coefficients === undefined || groups === undefined) return null;
  const count = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const adapters = coefficients.length / count;
  return Array.from({ length: count }, (_, group) => ({
    modules: modules.filter((_name, index) => groups[index] === group),
    coefficients: coefficients.slice(group * adapters, (group + 1) * adapters),
  }));
}
