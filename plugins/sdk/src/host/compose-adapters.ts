import type { AdapterModuleInfo } from '@crucible/engine/adapters';
import type { FusionSpace } from '../contract/fusion-space.js';
import type { Strategy } from '../contract/strategy.js';
import { fusionErrors } from './fusion-errors.js';
import type { FusionMember, TangentFrameFile } from './fusion-run.js';
import { combineFactors } from './fusion/combine-factors.js';
import { compressFactors } from './fusion/compress-factors.js';
import { coefficientsOf } from './fusion/group-modules.js';
import { planModules } from './fusion/module-plan.js';
import { readModule } from './fusion/read-module.js';

/** ΔW = scale·B·A of one module, with how the base stores what it changes. */
export interface ComposedModule extends Pick<AdapterModuleInfo, 'layout' | 'parameter' | 'kernel'> {
  /** `[rank, in]` */
  readonly a: Float32Array;
  /** `[out, rank]` */
  readonly b: Float32Array;
  readonly rank: number;
  readonly scale: number;
}

export interface Composition {
  readonly members: readonly FusionMember[];
  /** One per member; with `groups`, group by group: `[groups · members]`. */
  readonly coefficients: readonly number[];
  /** Group of each module, in the order of all modules' names; absent: all modules are in one. */
  readonly groups?: readonly number[] | undefined;
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
  const plans = planModules(members.map(({ adapter }) => adapter));
  const of = composition.groups ?? plans.map(() => 0);
  const groups = { of, count: of.reduce((most, group) => Math.max(most, group + 1), 0) };
  const expected = groups.count * members.length;
  if (of.length !== plans.length || coefficients.length !== expected) {
    throw fusionErrors.coefficientsMismatch({
      coefficients: coefficients.length,
      expected,
      groups: of.length,
      modules: plans.length,
    });
  }
  const composed = new Map<string, ComposedModule>();
  for (const plan of plans) {
    signal?.throwIfAborted();
    const task = await readModule(plan, members, frame);
    const all = coefficientsOf(groups, plan.index, coefficients, members.length);
    const own = task.members.map(({ position }) => all[position]!);
    const { a, b, rank, scale } = compressFactors(task, combineFactors(task, space, own), outputRank).factors;
    composed.set(plan.module, { a, b, rank, scale, ...plan.layout });
  }
  return composed;
}
