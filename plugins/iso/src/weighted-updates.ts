import { taskUpdate, type LowRank } from '@crucible/engine/algebra';
import type { ModuleInput } from '@crucible/sdk';

/** The members' updates times their weights; a member of weight 0 is not there. */
export function weightedUpdates({ members, outFeatures, inFeatures }: ModuleInput<unknown>): readonly LowRank[] {
  return members
    .filter(({ weight }) => weight !== 0)
    .map(({ factors, weight }) => taskUpdate(factors, { outFeatures, inFeatures }, weight));
}
