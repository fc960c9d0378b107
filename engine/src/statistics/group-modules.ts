import type { StatisticsModuleInfo } from './statistics.js';

/** Shares modules out, in order, so that the float64 sums of a group take no more than so many bytes; a module that is larger stands alone. */
export function groupModules(
  modules: readonly StatisticsModuleInfo[],
  memoryBytes: number,
): readonly (readonly StatisticsModuleInfo[])[] {
  const groups: StatisticsModuleInfo[][] = [];
  let room = 0;
  for (const module of modules) {
    const bytes = module.rows * module.columns * Float64Array.BYTES_PER_ELEMENT;
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = memoryBytes;
    }
    groups.at(-1)!.push(module);
    room -= bytes;
  }
  return groups;
}
