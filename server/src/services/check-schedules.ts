import { openAdapter } from '@crucible/engine/adapters';
import { isCrucibleError } from '@crucible/engine/errors';
import { compareNames, openSafetensors } from '@crucible/engine/tensors';
import type { Strategy } from '@crucible/sdk';
import { scheduleModules } from '@crucible/sdk/host';
import type { BlobStore } from '../blobs/index.js';

type Options = Readonly<Record<string, unknown>>;

export interface ScheduleIssue {
  readonly code: string;
  readonly message: string;
  readonly path: string[];
}

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
): Promise<readonly ScheduleIssue[]> {
  if (!isScheduled(options)) return [];
  const names = new Set<string>();
  for (const { digest } of members) {
    const adapter = await openAdapter(await blobs.locate(digest), { knownDigest: digest });
    for (const name of adapter.modules.keys()) names.add(name);
    await adapter.close();
  }
  const weights = members.map(({ weight }) => weight);
  return issuesOf({ strategy, strategies, options, weights }, names, ['options', 'schedules']);
}

export interface ScheduledModels extends Omit<ScheduledFusion, 'members'> {
  /** Names of the base's files, with their digests. */
  readonly files: Readonly<Record<string, string>>;
  /** One per model, in the run's order. */
  readonly weights: readonly number[];
}

/** The same for whole models, whose modules are the tensors of their base; which of them are fused is known when all are compared, and then checked again. */
export async function checkModelSchedules(
  blobs: BlobStore,
  { files, ...request }: ScheduledModels,
): Promise<readonly ScheduleIssue[]> {
  if (!isScheduled(request.options)) return [];
  const names = new Set<string>();
  for (const [name, digest] of Object.entries(files)) {
    if (!name.endsWith('.safetensors')) continue;
    const tensors = await openSafetensors(await blobs.locate(digest));
    for (const tensor of tensors.tensors.keys()) names.add(tensor.replace(/\.weight$/, ''));
    await tensors.close();
  }
  return issuesOf(request, names, ['strategy', request.strategy.id, 'schedules']);
}

function issuesOf(
  request: Omit<Parameters<typeof scheduleModules>[0], 'modules'>,
  names: ReadonlySet<string>,
  path: string[],
): readonly ScheduleIssue[] {
  const modules = [...names].sort(compareNames);
  try {
    const schedule = scheduleModules({ ...request, modules });
    for (const index of modules.keys()) schedule?.at(index);
    return [];
  } catch (error) {
    if (!isCrucibleError(error)) throw error;
    return [{ code: error.code, message: error.message, path }];
  }
}

/** Whether a strategy, or one that it wraps, has a schedule. */
function isScheduled({ schedules, rule }: Options): boolean {
  if (Array.isArray(schedules) && schedules.length > 0) return true;
  return rule !== null && typeof rule === 'object' && Object.values(rule as Record<string, Options>).some(isScheduled);
}
