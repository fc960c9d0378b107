import type { FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleHolder, ModulePlan } from '../fusion/module-plan.js';
import type { PredictedFactors } from '../fusion/predict-factors.js';
import type { Probed } from './probe-strategy.js';

export interface PlannedShape extends PredictedFactors {
  /** Whether it is certain, or the most that it can be. */
  readonly certain: boolean;
}

/**
 * Rank and scale of one module of the output, by the rules of the run itself: `combineFactors`, `compressFactors` and `refactorVectors`. `sharedRows` says
 * whether the headers tell of one tangent frame that no adapter has left.
 */
export function planShape(
  plan: ModulePlan,
  { result, coefficients }: Pick<Probed, 'result' | 'coefficients'>,
  space: FusionSpace,
  outputRank = Infinity,
  sharedRows = false,
): PlannedShape {
  const { holders, outFeatures, inFeatures, index } = plan;
  const side = Math.min(outFeatures, inFeatures);
  const whole = sumOfRanks(holders);
  // Adapters of one frame share A, so that what is decomposed has no more rows than one of them; factors of a rule's own may be anything.
  const spanned = sharedRows && result !== 'FACTORS' && space !== 'DELTA' ? holders[0]!.rank : Infinity;
  const inFactors = space === 'FRAME' || space === 'FACTOR';
  if (result === 'FACTORS' || (result === 'MATRICES' && !inFactors)) {
    // A rule that looked may still answer with coefficients, and its sum then keeps all columns unless it is cut.
    const rank = outputRank < whole ? Math.min(outputRank, side, spanned) : whole;
    return { rank, scale: 1, framed: false, certain: false };
  }
  // What a search finds is a combination of coefficients that are hardly ever 0.
  const own = coefficients?.[index] ?? holders.map(() => 0.5);
  const exact = result === 'MATRICES' ? inSpace(holders, space) : combined(holders, own, space);
  const framed = space === 'FRAME';
  if (exact.rank <= outputRank) return { ...exact, framed, certain: result !== 'SEARCH' };
  return { rank: Math.min(outputRank, exact.rank, side, spanned), scale: 1, framed: false, certain: false };
}

type Shape = Pick<PredictedFactors, 'rank' | 'scale'>;

function combined(holders: readonly ModuleHolder[], coefficients: readonly number[], space: FusionSpace): Shape {
  const active = holders.filter((_, place) => coefficients[place] !== 0);
  const [only] = active;
  if (active.length === 1 && coefficients[holders.indexOf(only!)] === 1) return only!;
  if (space === 'FRAME' || space === 'FACTOR') return inSpace(holders, space);
  if (active.length === 0) return { rank: 1, scale: 1 };
  return { rank: sumOfRanks(active), scale: commonScale(active) };
}

function inSpace(holders: readonly ModuleHolder[], space: FusionSpace): Shape {
  const { rank, scale } = holders[0]!;
  return { rank, scale: space === 'FRAME' ? scale : commonScale(holders) };
}

const commonScale = (holders: readonly ModuleHolder[]): number =>
  holders.every(({ scale }) => scale === holders[0]!.scale) ? holders[0]!.scale : 1;

export const sumOfRanks = (holders: readonly ModuleHolder[]): number =>
  holders.reduce((sum, { rank }) => sum + rank, 0);
