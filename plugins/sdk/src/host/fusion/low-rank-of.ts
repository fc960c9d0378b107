import { createLowRank, type LowRank } from '@crucible/engine/algebra';
import type { FusedFactors, ModuleTask, TaskMember } from './module-task.js';

type Shape = Pick<ModuleTask, 'outFeatures' | 'inFeatures'>;

/** ΔW of an adapter, or of the output, for the low-rank algebra in float64. */
export function lowRankOf(factors: TaskMember | FusedFactors, { outFeatures, inFeatures }: Shape): LowRank {
  const { rank, scale } = factors;
  return createLowRank(factors, { outFeatures, inFeatures, rank, scale });
}
