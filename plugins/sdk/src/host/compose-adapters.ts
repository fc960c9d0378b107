import type { FusionSpace } from '../contract/fusion-space.js';
import type { Strategy } from '../contract/strategy.js';
import { fusionErrors } from './fusion-errors.js';
import type { FusionMember, TangentFrameFile } from './fusion-run.js';
import { combineFactors } from './fusion/combine-factors.js';
import { compressFactors } from './fusion/compress-factors.js';
import { planModules } from './fusion/module-plan.js';
import { readModule } from './fusion/read-module.js';

/** ΔW = scale·B·A of one module. */
export interface ComposedModule {
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
  readonly rank: number;
  readonly scale: number;
}

export interface Composition {
  readonly members: readonly FusionMember[];
  /** One per member. */
  readonly coefficients: readonly number[];
  readonly space: FusionSpace;
  /** FACTOR space: where A is measured from; absent: from zero. */
  readonly frame?: TangentFrameFile | undefined;
  /** Of the strategy that this composes for: with `ZERO` the frame is not looked at, as in its run. */
  readonly factorOrigin?: Strategy['factorOrigin'];
  readonly outputRank?: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Σ coefficient·adapter in memory, by the same arithmetic and to the same bits as `runFusion` writes: what a search scores is what its outcome will be.
 * All modules at once, so for models that are scored in memory anyway.
 */
export async function composeAdapters(composition: Composition): Promise<ReadonlyMap<string, ComposedModule>> {
  const { members, coefficients, space, factorOrigin, outputRank, signal } = composition;
  const frame = space === 'FACTOR' && factorOrigin !== 'ZERO' ? composition.frame : undefined;
  if (coefficients.length !== members.length) {
    throw fusionErrors.limitExceeded({ what: 'coefficients', got: coefficients.length, limit: members.length });
  }
  const composed = new Map<string, ComposedModule>();
  for (const plan of planModules(members.map(({ adapter }) => adapter))) {
    signal?.throwIfAborted();
    const task = await readModule(plan, members, frame);
    const own = task.members.map(({ position }) => coefficients[position]!);
    const { a, b, rank, scale } = compressFactors(task, combineFactors(task, space, own), outputRank).factors;
    composed.set(plan.module, { a, b, rank, scale });
  }
  return composed;
}
