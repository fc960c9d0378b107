import type { StatisticsFile } from '@crucible/engine/statistics';
import type { StatisticsFile as MemberStatistics } from '@crucible/sdk/host';

/** A file of statistics as a fusion reads it: nothing for modules that it does not have. */
export function memberStatistics(file: StatisticsFile): MemberStatistics {
  return {
    kind: file.manifest.kind,
    digest: file.digest,
    readTensor: async (module) => (file.modules.has(module) ? await file.read(module) : undefined),
  };
}
