import { toFloat32, type CoreBasis } from '@crucible/engine/algebra';
import type { ModuleTask } from './module-task.js';

/** M_i of one adapter in float32, row-major. */
export interface CoreMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Bytes of core matrices that one fuser keeps: enough for 512 modules of 8 adapters of rank 16, and a bound for everything else. */
const BUDGET = 256 << 20;

/**
 * Core matrices from one round of a survey to the next: they cost two QRs and an SVD, and are a hundredth of the factors. Modules that come after the
 * budget is spent are computed again each time, to the same bits.
 */
export function createCoreCache(budget = BUDGET): {
  take(task: ModuleTask, basis: () => CoreBasis): readonly CoreMatrix[];
} {
  const kept = new Map<number, readonly CoreMatrix[]>();
  let left = budget;
  return {
    take(task, basis) {
      const known = kept.get(task.index);
      if (known !== undefined) return known;
      const cores = basis().cores.map((core) => ({ rows: core.rows, columns: core.columns, data: toFloat32(core) }));
      const bytes = cores.reduce((sum, { data }) => sum + data.byteLength, 0);
      if (bytes <= left) {
        left -= bytes;
        kept.set(task.index, cores);
      }
      return cores;
    },
  };
}
