import { openAdapter } from '@crucible/engine/adapters';
import { isCrucibleError } from '@crucible/engine/errors';
import { compareNames } from '@crucible/engine/tensors';
import type { Strategy } from '@crucible/sdk';
import { scheduleModules } from '@crucible/sdk/host';
import type { BlobStore } from '../blobs/index.js';

type Options = Readonly<Record<string, unknown>>;

export interface ScheduledFusion {
  readonly strategy: Strategy;
  readonly strategies: ReadonlyMap<string, Strategy>;
  /** Parsed. */
  readonly options: Options;
  /** Digests and weights of the adapters, in the run's order. */
  readonly members: readonly { readonly digest: string; readonly weight: number }[];
}

/**
 * What only shows when schedules meet the names of the modules: patterns that match none, positions that there are not, values that do not go together. Reads
 * the headers of the adapters' files, and nothing where nothing is scheduled.
 */
export async function checkSchedules(
  blobs: BlobStore,
  { strategy, strategies, options, members }: ScheduledFusion,
): Promise<readonly { code: string; message: string; path: string[] }[]> {
  if (!isScheduled(options)) return [];
  const names = new Set<string>();
  for (const { digest } of members) {
    const adapter = await openAdapter(await blobs.locate(digest), { knownDigest: digest });
    for (const name of adapter.modules.keys()) names.add(name);
    await adapter.close();
  }
  const modules = [...names].sort(compareNames);
  try {
    const weights = members.map(({ weight }) => weight);
    const schedule = scheduleModules({ strategy, strategies, options, modules, weights });
    for (const index of modules.keys()) schedule?.at(index);
    return [];
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    return [{ code: error.code, message: error.message, path: ['options', 'schedules'] }];
  }
}

/** Whether a strategy, or one that it wraps, has a schedule. */
function isScheduled({ schedules, rule }: Options): boolean {
  if (Array.isArray(schedules) && schedules.length > 0) return true;
  return rule !== null && typeof rule === 'object' && Object.values(rule as Record<string, Options>).some(isScheduled);
}
