import type { MagnitudeCut } from '@crucible/engine/kernels';
import type { TrimPlan } from './trim-plan.js';

/** What is known of one adapter's global trim, round by round. */
export interface AdapterTrim {
  readonly plan?: TrimPlan;
  /** The bin of the threshold's upper bits, and the threshold's rank within it. */
  readonly high?: { readonly bin: number; readonly rank: number };
  readonly cut?: MagnitudeCut;
  /** EXACT: how many entries that equal the threshold each module keeps, by the module's index. Others keep none. */
  readonly equals?: Readonly<Record<number, number>>;
}

/** State of the survey: one entry per adapter, by position; and the sum of all elected signs. Structured-cloneable. */
export interface TiesState {
  readonly adapters: readonly AdapterTrim[];
  readonly signSum?: number;
}
