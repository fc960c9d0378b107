import { binsOfRound, joinBins, locateRank } from '@crucible/engine/kernels';
import { addCounts, countAt } from './compact-counts.js';
import type { AdapterTrim, TiesState } from './global-state.js';
import type { MemberCounts, TiesObservation } from './observe-module.js';
import type { TiesOptions } from './options.js';
import { resolveOptions } from './presets.js';
import type { SurveyStep } from './survey-steps.js';
import { planTrim } from './trim-plan.js';

interface ModuleCounts extends MemberCounts {
  readonly index: number;
}

/** Adds up what the modules reported; the sums are of integers, so that no order of adding can change them. */
export function combineObservations(
  observations: readonly TiesObservation[],
  state: TiesState,
  step: SurveyStep,
  options: TiesOptions,
): TiesState {
  if (step === 'SIGNS') {
    return { ...state, signSum: observations.reduce((sum, { signSum }) => sum + signSum, 0) };
  }
  const advance = step === 'HIGH' ? findHighBin : findCut;
  const adapters = state.adapters.map((trim, position) => {
    const counts = observations.flatMap(({ index, members }) =>
      members.filter((member) => member.position === position).map((member) => ({ ...member, index })),
    );
    return advance(trim, counts, position, options);
  });
  return { ...state, adapters };
}

function findHighBin(
  _: AdapterTrim,
  counts: readonly ModuleCounts[],
  position: number,
  options: TiesOptions,
): AdapterTrim {
  // An adapter is trimmed by the entries that it has: modules that it lacks are not zeros that fill its density.
  const size = counts.reduce((sum, module) => sum + module.size, 0);
  const subject = `adapter ${position}`;
  const plan = planTrim({ subject, size, density: meanDensity(counts, size) }, resolveOptions(options));
  if (plan.kind !== 'RANK') return { plan };
  return { plan, high: locateRank(sumCounts(counts, binsOfRound(0)), plan.rank) };
}

/** A global trim has one threshold: where a schedule gives modules densities of their own, together they keep as many entries as they would apart. */
function meanDensity(counts: readonly ModuleCounts[], size: number): number {
  const [first] = counts;
  if (first === undefined || counts.every(({ density }) => density === first.density)) return first?.density ?? 1;
  return counts.reduce((sum, module) => sum + module.density * module.size, 0) / size;
}

function findCut({ plan, high }: AdapterTrim, counts: readonly ModuleCounts[]): AdapterTrim {
  if (plan === undefined) return {};
  if (plan.kind !== 'RANK' || high === undefined) return { plan };
  const low = locateRank(sumCounts(counts, binsOfRound(1)), high.rank);
  const bits = joinBins(high.bin, low.bin);
  if (!plan.exact) return { plan, cut: { bits, equals: Infinity } };
  let left = sumOf(counts.map((module) => countAt(module.counts, low.bin))) - low.rank + 1;
  const equals: Record<number, number> = {};
  for (const { index, counts: own } of counts) {
    const taken = Math.min(left, countAt(own, low.bin));
    if (taken > 0) equals[index] = taken;
    left -= taken;
  }
  return { plan, cut: { bits, equals: 0 }, equals };
}

function sumCounts(counts: readonly ModuleCounts[], bins: number): Float64Array {
  const total = new Float64Array(bins);
  for (const module of counts) addCounts(total, module.counts);
  return total;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
