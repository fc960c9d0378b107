import { joinBins, locateRank, type RankedBin } from './magnitude-rank.js';
import { KEEP_ALL, KEEP_NONE, type MagnitudeCut } from './magnitude-cut.js';

/**
 * What a trim shall keep of a tensor, before its entries are known. RANK: what is at or above the `rank`-th smallest magnitude (from 1), all of it; or with
 * `exact` the `size - rank + 1` largest entries, of equals the first in row-major order.
 */
export type TrimPlan =
  { readonly kind: 'ALL' | 'NONE' } | { readonly kind: 'RANK'; readonly rank: number; readonly exact: boolean };

/** The cut that needs no look at the entries, if there is one. */
export function knownCut(plan: TrimPlan, size: number): MagnitudeCut | undefined {
  if (plan.kind !== 'RANK') return plan.kind === 'ALL' ? KEEP_ALL : KEEP_NONE;
  if (plan.rank <= 1) return KEEP_ALL;
  return plan.rank > size && plan.exact ? KEEP_NONE : undefined;
}

/** The cut by what both rounds counted over the whole tensor: `high` is where the rank lies in the first. */
export function cutOfCounts(high: RankedBin, lowCounts: ArrayLike<number>, exact: boolean): MagnitudeCut {
  const low = locateRank(lowCounts, high.rank);
  const equals = exact ? lowCounts[low.bin]! - low.rank + 1 : Infinity;
  return { bits: joinBins(high.bin, low.bin), equals };
}
