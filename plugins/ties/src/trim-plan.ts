import { cutAtRank, cutToCount, KEEP_ALL, KEEP_NONE, type MagnitudeCut } from '@crucible/engine/kernels';
import { tiesErrors } from './errors.js';
import type { TiesRules } from './presets.js';

/** What a trim shall do to `size` entries, before any is looked at. */
export type TrimPlan =
  | { readonly kind: 'ALL' | 'NONE' }
  /** Keep what is at or above the `rank`-th smallest magnitude (from 1): all of it, or exactly `size - rank + 1` entries. */
  | { readonly kind: 'RANK'; readonly rank: number; readonly exact: boolean };

/** Which entries, and in whose words to complain. */
export interface TrimSubject {
  readonly subject: string;
  readonly size: number;
  readonly density: number;
}

/**
 * `REFERENCE` is the original's k = d - trunc(dK): `|v| >= kthvalue(k)` keeps one entry more than the paper's top K, and every tie. At K = 1, where
 * the original raises, nothing is trimmed, as in peta.
 *
 * @throws TIES_NOTHING_KEPT
 */
export function planTrim(
  { subject, size, density }: TrimSubject,
  { trimCount, whenNothingKept }: Pick<TiesRules, 'trimCount' | 'whenNothingKept'>,
): TrimPlan {
  const count = Math.trunc(size * density);
  if (count >= size) return { kind: 'ALL' };
  if (trimCount === 'REFERENCE') return { kind: 'RANK', rank: size - count, exact: false };
  if (count > 0) return { kind: 'RANK', rank: size - count + 1, exact: true };
  if (whenNothingKept === 'ZERO') return { kind: 'NONE' };
  throw tiesErrors.nothingKept({ subject, size, density });
}

/** The cut of one tensor that is trimmed by itself. */
export function cutTensor(values: Float32Array, plan: TrimPlan): MagnitudeCut {
  if (plan.kind !== 'RANK') return plan.kind === 'ALL' ? KEEP_ALL : KEEP_NONE;
  return plan.exact ? cutToCount(values, values.length - plan.rank + 1) : cutAtRank(values, plan.rank);
}
