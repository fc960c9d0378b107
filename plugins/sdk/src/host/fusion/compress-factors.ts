import { innerProduct, recompress } from '@crucible/engine/algebra';
import { lowRankOf } from './low-rank-of.js';
import type { FusedFactors, ModuleTask } from './module-task.js';
import { roundFactors, type Refactored } from './refactored.js';

/**
 * The best approximation at `outputRank` (Eckart and Young), by QR of both factors and an SVD of the small core; without a rank, or where the
 * factors need no more, they stay as they are to the bit.
 */
export function compressFactors(task: ModuleTask, exact: FusedFactors, outputRank: number | undefined): Refactored {
  if (outputRank === undefined) return { factors: exact };
  const whole = lowRankOf(exact, task);
  if (exact.rank <= outputRank) return { factors: exact, energy: { exact: innerProduct(whole, whole), lost: 0 } };
  const best = recompress(whole, outputRank);
  const energy = best.singularValues.reduce((sum, value) => sum + value * value, 0);
  return { factors: roundFactors(task, best), energy: { exact: energy, lost: (1 - best.retainedEnergy) * energy } };
}
