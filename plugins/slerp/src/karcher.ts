import { defineModuleStrategy } from '@crucible/sdk';
import { checkMergeOf, combineByGeometry, ofOption, sumOfWeights } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { sphericalErrors } from './errors.js';
import { karcherCoefficients } from './karcher-coefficients.js';
import { KARCHER } from './references.js';

/** The mean of all adapters on the sphere, by their weights, and of their lengths. With equal weights it is mergekit's `karcher`. */
export const karcher = defineModuleStrategy({
  id: 'karcher',
  title: 'Karcher mean',
  description: 'The mean of the directions of all adapters on the sphere, found iteratively, and of their lengths.',
  references: [KARCHER],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE'],
  options: z.object({
    maxIterations: z.int().min(1).max(1000).describe('Steps at most. Source: mergekit.').default(10),
    tolerance: z
      .number()
      .gt(0)
      .max(1)
      .describe('Length of the mean tangent, in radians, below which it stops. Source: mergekit.')
      .default(1e-5),
    of: ofOption(),
  }),
  check: checkMergeOf,
  fuseModule(input, _, context) {
    const { of, ...options } = input.options;
    const total = sumOfWeights(input.weights);
    return combineByGeometry(input, context, { of, along: 'TENSOR' }, (gram, members) => {
      const weights = members.map(({ weight }) => weight / total);
      const coefficients = karcherCoefficients(gram, weights, options);
      if (coefficients) return coefficients;
      throw sphericalErrors.meanVanishes({ module: input.module });
    });
  },
});
