import { defineModuleStrategy } from '@crucible/sdk';
import { checkMergeOf, combineByGeometry, ofOption, sumOfWeights } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { sphericalErrors } from './errors.js';
import { multiSlerpCoefficients } from './multi-slerp-coefficients.js';
import { MULTISLERP } from './references.js';

/** Any number of adapters on the sphere, by one step in the tangent space of their weighted mean direction. */
export const multiSlerp = defineModuleStrategy({
  id: 'multiSlerp',
  title: 'Multi-SLERP',
  description: 'Averages the directions of all adapters on the sphere, by one step from their mean, and their lengths.',
  references: [MULTISLERP],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE'],
  options: z.object({
    normalizeWeights: z.boolean().describe('Whether to divide the weights by their sum.').default(true),
    eps: z.number().gt(0).max(1).describe('Length below which a direction counts as none.').default(1e-8),
    of: ofOption(),
  }),
  check: checkMergeOf,
  fuseModule(input, _, context) {
    const { normalizeWeights, eps, of } = input.options;
    const total = normalizeWeights ? sumOfWeights(input.weights) : 1;
    return combineByGeometry(input, context, { of, along: 'TENSOR' }, (gram, members) => {
      const weights = members.map(({ weight }) => weight / total);
      const coefficients = multiSlerpCoefficients(gram, weights, eps);
      if (coefficients) return coefficients;
      // Two opposite directions have no arc between them, and are interpolated linearly.
      if (members.length === 2) return weights;
      throw sphericalErrors.meanVanishes({ module: input.module });
    });
  },
});
