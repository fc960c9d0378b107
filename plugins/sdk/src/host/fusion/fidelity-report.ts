import { innerProduct } from '@crucible/engine/algebra';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { FidelityReport, FusionMember } from '../fusion-run.js';
import { lowRankOf } from './low-rank-of.js';
import type { ModuleFidelity } from './module-fidelity.js';
import type { ModulePlan } from './module-plan.js';

/** What float32 factors lose by themselves, with a margin: a relative error below it counts as none. */
const ROUNDING = 2 ** -20;

export interface MeasuredModule {
  readonly plan: ModulePlan;
  /** Undefined where the output lacks the module. */
  readonly fidelity: ModuleFidelity | undefined;
}

/**
 * Adds up the modules, in their order, so that the report does not depend on who computed them. Energies that no module had to know, because it lost
 * nothing, are computed now where others lost something: shares are shares of the whole adapter.
 */
export async function reportFidelity(
  space: FusionSpace,
  outputRank: number,
  modules: readonly MeasuredModule[],
  members: readonly FusionMember[],
  exactEnergy: (module: string) => Promise<number>,
): Promise<FidelityReport> {
  const fidelities = modules.flatMap(({ fidelity }) => fidelity ?? []);
  const error = sum(fidelities.map((module) => module.error ?? 0));
  const lost = sum(fidelities.map((module) => module.lost ?? 0));
  const cross = fidelities.every((module) => module.cross !== undefined)
    ? sum(fidelities.map((module) => module.cross!))
    : undefined;
  const exact = error === 0 ? 0 : await totalEnergy(modules, exactEnergy);
  const relativeError = clean(ratio(error, exact));
  return {
    space,
    exact: relativeError === 0 && !fidelities.some(({ mixed }) => mixed),
    outputRank,
    relativeError,
    retainedEnergy: clean(ratio(lost, exact)) === 0 ? 1 : 1 - lost / exact,
    ...(space === 'FACTOR' && cross !== undefined && { crossTermNorm: clean(ratio(cross, exact)) }),
    perAdapter: await Promise.all(
      members.map(async (member, position) => ({
        digest: member.adapter.digest,
        retainedEnergy: await retainedEnergy(member, position, modules),
      })),
    ),
  };
}

async function totalEnergy(
  modules: readonly MeasuredModule[],
  exactEnergy: (module: string) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (const { plan, fidelity } of modules) {
    if (fidelity) total += fidelity.exact ?? (await exactEnergy(plan.module));
  }
  return total;
}

async function retainedEnergy(
  { adapter }: FusionMember,
  position: number,
  modules: readonly MeasuredModule[],
): Promise<number> {
  const held = modules.filter(({ plan }) => plan.holders.some((holder) => holder.position === position));
  const parts = held.map(({ plan, fidelity }) => ({
    plan,
    missing: fidelity === undefined,
    part: fidelity?.kept.find((kept) => kept.position === position),
  }));
  if (parts.every(({ part, missing }) => part === undefined && !missing)) return 1;
  let kept = 0;
  let total = 0;
  for (const { plan, part, missing } of parts) {
    const whole = part?.total ?? (await energyOf(adapter, plan));
    total += whole;
    // Of a module that is not in the output nothing is kept; of one that was not measured, all.
    kept += part?.kept ?? (missing ? 0 : whole);
  }
  return total === 0 ? 1 : Math.min(1, kept / total);
}

async function energyOf(adapter: FusionMember['adapter'], plan: ModulePlan): Promise<number> {
  const { rank, scale } = adapter.modules.get(plan.module)!;
  const delta = lowRankOf({ ...(await adapter.readFactors(plan.module)), rank, scale }, plan);
  return innerProduct(delta, delta);
}

/** Norms from energies; nothing out of nothing is no error, something out of nothing all of it. */
const ratio = (part: number, whole: number): number => (part <= 0 ? 0 : whole <= 0 ? 1 : Math.sqrt(part / whole));
const clean = (share: number): number => (share < ROUNDING ? 0 : share);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
