import type { TrimmedMerge, TrimmedMergeInput } from '@crucible/sdk';
import { inFixedOrder } from '@crucible/sdk/elementwise';
import { disjointRule } from './disjoint-rule.js';
import type { TiesState } from './global-state.js';
import type { TiesOptions } from './options.js';
import { resolveOptions } from './presets.js';
import { startState } from './start-state.js';
import { densityOf } from './survey-steps.js';
import { planTrim } from './trim-plan.js';

/** What TIES does to a tensor that is trimmed by itself. A global trim's thresholds are found by a survey, which looks at dense task vectors anyway. */
export function trimmedMerge(
  input: TrimmedMergeInput<TiesOptions>,
  state: TiesState | undefined,
): TrimmedMerge | undefined {
  const { options, module, outFeatures, inFeatures } = input;
  const rules = resolveOptions(options);
  if (rules.trimScope !== 'TENSOR') return undefined;
  const known = state ?? startState(options, input.adapterCount);
  const subject = `a tensor of module "${module}"`;
  const size = outFeatures * inFeatures;
  return {
    members: inFixedOrder(input).map(({ position, weight, options: own }) => ({
      position,
      weight,
      trim: planTrim({ subject, size, density: densityOf(own, position) }, rules),
    })),
    rule: disjointRule(options, known),
  };
}
