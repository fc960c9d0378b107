import type { AdapterFile } from '@crucible/engine/adapters';
import type { SearchStrategy } from '@crucible/sdk';
import type { FusionMember } from '@crucible/sdk/host';

/** Modules that share coefficients, and the adapters as if they had no others. */
export interface ModuleGroups {
  readonly count: number;
  readonly groupOf: ReadonlyMap<string, number>;
  /** By group: the members that have one of its modules or more, with those alone. */
  readonly members: readonly (readonly FusionMember[])[];
  /** By group: the positions of those members in the run. */
  readonly positions: readonly (readonly number[])[];
}

/** Groups all modules of a run as the strategy says; all in one where it says nothing. */
export function groupMembers(
  strategy: SearchStrategy,
  options: Readonly<Record<string, unknown>>,
  members: readonly FusionMember[],
): ModuleGroups {
  const modules = [...new Set(members.flatMap(({ adapter }) => [...adapter.modules.keys()]))].sort((x, y) =>
    x < y ? -1 : 1,
  );
  const numbers = strategy.groups?.(modules, options as never) ?? modules.map(() => 0);
  const groupOf = new Map(modules.map((module, index) => [module, numbers[index]!]));
  const count = Math.max(0, ...numbers) + 1;
  const byGroup = Array.from({ length: count }, (_, group) =>
    members.flatMap((member, position) => {
      const own = restrict(member.adapter, (module) => groupOf.get(module) === group);
      return own.modules.size === 0 ? [] : [{ position, member: { ...member, adapter: own } }];
    }),
  );
  return {
    count,
    groupOf,
    members: byGroup.map((group) => group.map(({ member }) => member)),
    positions: byGroup.map((group) => group.map(({ position }) => position)),
  };
}

function restrict(adapter: AdapterFile, keep: (module: string) => boolean): AdapterFile {
  return { ...adapter, modules: new Map([...adapter.modules].filter(([module]) => keep(module))) };
}
