import { defineModuleStrategy } from '@crucible/sdk';
import { checkMergeOf, combineByGeometry, ofOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { taskArithmeticErrors } from './errors.js';
import { MODEL_SOUPS } from './references.js';

/**
 * Σ w_i·x_i, divided by Σ w_i unless `normalize` is false: mergekit's `linear`. The divisor counts every adapter of the run, also in modules that some
 * lack. Of whole weights (x = θ, full models alone) the raw sum differs from that of task vectors by (Σ w_i - 1)·θ0; divided, the two are one.
 */
export const weightedAverage = defineModuleStrategy({
  id: 'weightedAverage',
  title: 'Weighted average',
  description:
    'The sum of all task vectors, each times its weight, divided by the sum of the weights unless that is switched off.',
  references: [MODEL_SOUPS],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  options: z.object({
    normalize: z.boolean().describe('Whether to divide by the sum of the weights.').default(true),
    of: ofOption(),
  }),
  check: checkMergeOf,
  fuseModule(input, _, context) {
    const { normalize, of } = input.options;
    const total = normalize ? input.weights.reduce((sum, weight) => sum + weight, 0) : 1;
    if (total === 0) throw taskArithmeticErrors.weightsCancel({ weights: input.weights });
    const share = 1 / total;
    const shares = input.members.map(({ weight }) => share * weight);
    if (of === 'TASK_VECTORS') return { kind: 'combination', coefficients: shares };
    return combineByGeometry(input, context, { of, along: 'TENSOR' }, (__, members) =>
      members.map(({ weight }) => share * weight),
    );
  },
});
