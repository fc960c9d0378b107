import type { FusionSpace } from '../../contract/fusion-space.js';
import type { ModulePlan } from '../fusion/module-plan.js';
import type { PlannedResult, PlannedWork } from './fusion-plan.js';
import { sumOfRanks } from './plan-shapes.js';

/** Products of a Jacobi decomposition of an r × r core, in units of r³: some ten sweeps over rows and rotations. */
const DECOMPOSITION = 25;
/** Passes over a dense matrix that finding its leading triples takes: two for each of four iterations. */
const DENSE_PASSES = 8;
/** Below this side a dense matrix is decomposed in full. */
const EXACT_SIDE = 256;

export interface ModuleWork extends Omit<PlannedWork, 'bytes'> {
  /** Bytes in memory while it is computed, beside the process itself. */
  readonly memory: number;
}

/** A model of what one module costs: leading terms of the algorithms that the run uses, in units that a machine's rates are measured in. */
export function planWork(
  plan: ModulePlan,
  shape: { readonly rank: number },
  how: {
    readonly result: PlannedResult;
    readonly space: FusionSpace;
    readonly passes: number;
    readonly outputRank?: number | undefined;
  },
): ModuleWork {
  const { outFeatures: m, inFeatures: n, holders } = plan;
  const { result, space, passes } = how;
  const r = sumOfRanks(holders);
  const k = shape.rank;
  const sides = m + n;
  // Factors of the inputs and of the output, each module and the next, which is read meanwhile.
  const held = 2 * 4 * sides * (r + k);
  // What the report looks at: bases of the output, and every adapter projected on them.
  const report = { products64: 1.5 * sides * k * k, products32: sides * k * r };
  const factorization = sides * r * r * 1.5 + DECOMPOSITION * r ** 3;
  if (result === 'COMBINATION' || result === 'SEARCH') {
    const cut = how.outputRank !== undefined && k < r && space !== 'FRAME' && space !== 'FACTOR';
    const measured = cut || space === 'FRAME' || space === 'FACTOR';
    return {
      products64: (cut ? factorization + sides * r * k : 0) + (measured ? report.products64 : 0),
      products32: measured ? report.products32 : 0,
      entries: sides * r,
      memory: held + (cut ? 4 * 8 * sides * r : 0),
    };
  }
  if (space === 'DELTA' && result === 'MATRICES') {
    const width = k + Math.max(8, Math.ceil(k / 8));
    const side = Math.min(m, n);
    const full = side <= EXACT_SIDE || width >= side;
    const search = full
      ? { products64: 2 * m * n * side + DECOMPOSITION * side ** 3, products32: 0 }
      : {
          products64: DENSE_PASSES * sides * width * width + DECOMPOSITION * width ** 3,
          products32: DENSE_PASSES * m * n * width,
        };
    return {
      products64: search.products64 + report.products64,
      products32: passes * m * n * r + search.products32 + report.products32,
      entries: passes * m * n * holders.length,
      // Dense in the backend, and copied out where a rule looks at entries.
      memory: held + 2 * 4 * m * n * (holders.length + 1),
    };
  }
  if (space === 'CORE' || result === 'FACTORS') {
    const [p, q] = [Math.min(r, m), Math.min(r, n)];
    return {
      // Cores are kept from one pass to the next; bases are made again for the last.
      products64: Math.min(2, passes) * factorization + DECOMPOSITION * r ** 3 + sides * r * k + report.products64,
      products32: report.products32,
      entries: passes * p * q * holders.length,
      memory: held + 6 * 8 * sides * r,
    };
  }
  const looked = space === 'FRAME' ? m * r : sides * r;
  return { ...report, entries: passes * looked, memory: held + 8 * looked };
}
