import { toFloat32, type Matrix } from '@crucible/engine/algebra';
import { zeroFactors } from './combine-factors.js';
import type { FusedFactors, ModuleTask } from './module-task.js';

/** Factors of the output of one module, and what bringing the exact result to them has lost. */
export interface Refactored {
  readonly factors: FusedFactors;
  /** ‖exact‖² and ‖exact - factors‖², where they had to be known. */
  readonly energy?: { readonly exact: number; readonly lost: number };
}

/** Rounds float64 factors to float32; no columns at all are the zero matrix. */
export function roundFactors(
  task: ModuleTask,
  { a, b }: { readonly a: Matrix; readonly b: Matrix },
  scale = 1,
): FusedFactors {
  if (b.columns === 0) return zeroFactors(task);
  return { a: toFloat32(a), b: toFloat32(b), rank: b.columns, scale };
}
