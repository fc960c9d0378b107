import type { AdapterFile } from '@crucible/engine/adapters';
import { compareNames } from '@crucible/engine/tensors';
import type { SearchStrategy } from '@crucible/sdk';
import type { FusionMember } from '@crucible/sdk/host';

/** Which modules of a run share their coefficients. */
export interface ModuleGroups {
  readonly count: number;
  /** Group of each module, in the order of all modules' names. */
  readonly of: readonly number[];
  readonly byModule: ReadonlyMap<string, number>;
}

/** Names of all modules that any of the adapters has, in the order in which a fusion walks them. */
export function modulesOf(adapters: readonly Pick<AdapterFile, 'modules'>[]): readonly string[] {
  return [...new Set(adapters.flatMap(({ modules }) => [...modules.keys()]))].sort(compareNames);
}

/** Groups all modules of a run as the strategy says; all in one where it says nothing. The host has the last word on whether they are valid. */
export function groupModules(
  strategy: SearchStrategy,
  options: Readonly<Record<string, unknown>>,
  members: readonly FusionMember[],
): ModuleGroups {
  const modules = modulesOf(members.map(({ adapter }) => adapter));
  const of = strategy.groups?.(modules, options) ?? modules.map(() => 0);
  return {
    of,
    count: of.reduce((most, group) => Math.max(most, group + 1), 0),
    byModule: new Map(modules.map((module, index) => [module, of[index]!])),
  };
}
