import { sameLayout } from '@crucible/engine/adapters';
import { compareNames } from '@crucible/engine/tensors';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { FusionMember } from '../fusion-run.js';
import { fusionLimits } from '../fusion-limits.js';
import type { PlanIssue } from './fusion-plan.js';
import { planLimits } from './plan-limits.js';

/** Adapters of other bases than the first's, beyond the one that `checkFusion` names. */
export function findBaseIssues(members: readonly FusionMember[]): readonly PlanIssue[] {
  const [first] = members;
  const bases = members.map(({ adapter }) => adapter.manifest.baseDigest);
  const others = members.flatMap(({ adapter }, position) =>
    bases[position] === bases[0] ? [] : [{ name: adapter.manifest.name, position }],
  );
  return others.slice(1).map(({ name, position }) => ({
    code: 'BASES_DIFFER',
    message:
      `"${first!.adapter.manifest.name}" was trained on base ${bases[0]!.slice(0, 12)} and "${name}" on base ` +
      `${bases[position]!.slice(0, 12)}; fuse adapters of one base model.`,
    path: ['adapters', position],
  }));
}

/** What is wrong between the modules of the adapters, module by module, all of it up to a limit: a run would stop at the first. */
export function findShapeIssues(members: readonly FusionMember[], space: FusionSpace): readonly PlanIssue[] {
  const issues: PlanIssue[] = [];
  const names = [...new Set(members.flatMap(({ adapter }) => [...adapter.modules.keys()]))].sort(compareNames);
  if (names.length > fusionLimits.modules) {
    const message = `The adapters have ${names.length} modules together, at most ${fusionLimits.modules}; fuse fewer.`;
    return [{ code: 'TOO_MANY_MODULES', message, path: ['adapters'] }];
  }
  for (const module of names) {
    const holders = members.flatMap(({ adapter }, position) => {
      const info = adapter.modules.get(module);
      return info === undefined ? [] : [{ info, position, name: adapter.manifest.name }];
    });
    const [first, ...rest] = holders;
    for (const { info, position, name } of rest) {
      const path = ['adapters', position];
      const expected = first!.info;
      if (info.outFeatures !== expected.outFeatures || info.inFeatures !== expected.inFeatures) {
        const message =
          `In module "${module}" ΔW of "${name}" is [${info.outFeatures}, ${info.inFeatures}] and that of "${first!.name}" ` +
          `[${expected.outFeatures}, ${expected.inFeatures}]; fuse adapters of one base model.`;
        issues.push({ code: 'SHAPES_DIFFER', message, path });
      } else if (!sameLayout(info, expected)) {
        const message = `Module "${module}" is stored as ${info.layout ?? 'LINEAR'} for "${name}" and as ${expected.layout ?? 'LINEAR'} for "${first!.name}"; import them for one base model.`;
        issues.push({ code: 'LAYOUTS_DIFFER', message, path });
      } else if (space === 'FACTOR' && info.rank !== expected.rank) {
        const message = `In module "${module}" "${name}" has rank ${info.rank} and "${first!.name}" rank ${expected.rank}, but FACTOR space merges factors entry by entry; choose CORE or DELTA space.`;
        issues.push({ code: 'RANKS_DIFFER', message, path });
      } else if (space === 'FRAME' && (info.rank !== expected.rank || info.scale !== expected.scale)) {
        const message = `In module "${module}" "${name}" has rank ${info.rank} and scale ${info.scale}, "${first!.name}" rank ${expected.rank} and scale ${expected.scale}: they are not of one frame; choose CORE or DELTA space.`;
        issues.push({ code: 'FRAME_NOT_SHARED', message, path });
      }
    }
  }
  if (issues.length <= planLimits.issues) return issues;
  const more = issues.length - planLimits.issues;
  const message = `There are ${more} more issues of the adapters' modules.`;
  return [...issues.slice(0, planLimits.issues), { code: 'MORE_ISSUES', message, path: ['adapters'] }];
}
