import type { FusionContext } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { ModuleInput } from '../../contract/strategy.js';
import type { ModulePlan } from '../fusion/module-plan.js';
import type { ModuleSchedule } from '../fusion/schedule-modules.js';
import { withTensorScope } from '../fusion/with-tensor-scope.js';
import type { ResolvedStrategy } from '../wrapper/resolve-strategy.js';
import type { PlannedResult } from './fusion-plan.js';

export interface Probed {
  readonly result: PlannedResult;
  readonly passes: number;
  /** Of a combination: one per holder of each module, by its index. */
  readonly coefficients?: readonly (readonly number[])[];
}

export interface ProbeSetup {
  readonly strategy: ResolvedStrategy;
  readonly options: Readonly<Record<string, unknown>>;
  readonly schedule: ModuleSchedule | undefined;
  readonly space: FusionSpace;
  readonly weights: readonly number[];
  readonly digests: readonly string[];
  readonly context: FusionContext;
}

/**
 * How a strategy will answer, found by asking it for modules that hold no numbers: one that needs none answers with coefficients, at once and for good;
 * one that looks at them is stopped there. A strategy with a survey looks.
 */
export async function probeStrategy(setup: ProbeSetup, plans: readonly ModulePlan[]): Promise<Probed> {
  const { strategy, options, schedule, space, context } = setup;
  if (strategy.kind === 'SEARCH') return { result: 'SEARCH', passes: 1 };
  const { survey } = strategy;
  const bare = schedule?.options ?? options;
  const rounds = typeof survey?.rounds === 'function' ? survey.rounds(bare) : (survey?.rounds ?? 0);
  const passes = rounds + 1;
  if (rounds > 0) return { result: 'MATRICES', passes };
  const seen = { matrices: false, factors: false };
  const coefficients: (readonly number[])[] = [];
  const state = survey?.start(bare, setup.weights.length);
  for (const plan of plans) {
    const input = ghostOf(setup, plan, seen);
    const output = await withTensorScope(context.tf, async () => {
      try {
        return await strategy.fuseModule(input, state, context);
      } catch (error) {
        if (seen.matrices || seen.factors) return undefined;
        throw error;
      }
    });
    if (output?.kind !== 'combination') {
      // Who reads factors and not the matrices of the space makes factors of its own.
      const own = output?.kind === 'factors' || (output === undefined && seen.factors && !seen.matrices);
      return { result: own && space !== 'FACTOR' ? 'FACTORS' : 'MATRICES', passes };
    }
    coefficients.push(output.coefficients);
  }
  return { result: 'COMBINATION', passes, coefficients };
}

/** Thrown where a strategy looks at numbers that are not there. */
class NoNumbers extends Error {}

function ghostOf(
  { space, options, schedule, weights, digests }: ProbeSetup,
  { module, index, count, outFeatures, inFeatures, holders }: ModulePlan,
  seen: { matrices: boolean; factors: boolean },
): ModuleInput<Readonly<Record<string, unknown>>> {
  const settings = schedule?.at(index) ?? { options, weights, adapterOptions: weights.map(() => options) };
  return {
    module,
    index,
    count,
    space,
    outFeatures,
    inFeatures,
    options: settings.options,
    members: holders.map(({ position }) => ({
      position,
      digest: digests[position]!,
      weight: settings.weights[position]!,
      options: settings.adapterOptions[position]!,
      get factors(): never {
        seen.factors = true;
        throw new NoNumbers('a plan has no factors');
      },
      get vectors(): never {
        seen.matrices = true;
        throw new NoNumbers('a plan has no matrices');
      },
    })),
    adapterCount: weights.length,
    weights: settings.weights,
  };
}
