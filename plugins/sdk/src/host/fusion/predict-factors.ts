import type { FusionSpace } from '../../contract/fusion-space.js';
import type { FusedModule } from './module-fuser.js';
import type { ModulePlan } from './module-plan.js';

/** Rank and scale of one module of the output: what a file's header says before its tensors are there. */
export interface PredictedFactors {
  readonly rank: number;
  readonly scale: number;
  /** Whether the module stays in the tangent frame: an adapter of which one does not is no adapter of the frame. */
  readonly framed: boolean;
}

/**
 * Guesses rank and scale of every module from how one of them came out. Strategies treat modules alike almost always, and then the file is
 * written while it is computed; where the guess is wrong it costs another pass, never another result.
 */
export function predictFactors(
  plans: readonly ModulePlan[],
  { plan: seen, fused }: { readonly plan: ModulePlan; readonly fused: FusedModule },
  space: FusionSpace,
  outputRank = Infinity,
): readonly PredictedFactors[] {
  const left = new Set(seen.holders.map(({ position }) => position).filter((p) => !fused.contributors.includes(p)));
  const framed = (plan: ModulePlan): boolean =>
    space === 'FRAME' && (fused.kind === 'factors' ? fused.framed : plan.holders[0]!.rank <= outputRank);
  return plans.map((plan) => ({ ...shapeOf(plan), framed: framed(plan) }));

  function shapeOf({ holders, outFeatures, inFeatures }: ModulePlan): Omit<PredictedFactors, 'framed'> {
    const active = holders.filter(({ position }) => !left.has(position));
    const side = Math.min(outFeatures, inFeatures);
    const first = holders[0]!;
    const total = active.reduce((sum, { rank }) => sum + rank, 0);
    if (fused.kind === 'factors') {
      const { rank, scale } = fused.factors;
      const whole = seen.holders.reduce((sum, holder) => sum + holder.rank, 0);
      // Either every module has a rank of its own accord, or it spans all that its adapters span.
      const own = rank === Math.min(whole, seen.outFeatures, seen.inFeatures) ? Math.min(total, side) : rank;
      return { rank: Math.min(own, outputRank), scale };
    }
    if (space === 'FRAME' || space === 'FACTOR') {
      const { rank, scale } = fused.factors.scale === 1 ? { ...first, scale: 1 } : first;
      return rank <= outputRank ? { rank, scale } : { rank: Math.min(outputRank, side), scale: 1 };
    }
    if (active.length === 0) return { rank: 1, scale: 1 };
    if (fused.kind === 'vectors') return { rank: Math.min(outputRank, total, side), scale: 1 };
    if (total > outputRank) return { rank: Math.min(outputRank, side), scale: 1 };
    const common = active.every(({ scale }) => scale === active[0]!.scale);
    return { rank: total, scale: common ? active[0]!.scale : 1 };
  }
}
