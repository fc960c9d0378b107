import { defineModuleStrategy } from '@crucible/sdk';
import { checkMergeOf, combineByGeometry, ofOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { SHOEMAKE } from './references.js';
import { slerpCoefficients } from './slerp-coefficients.js';
import { betweenEnds } from './two-ends.js';

/**
 * From the first adapter (t = 0) to the second (t = 1) along the arc between them, module by module: a combination of the two whose coefficients
 * depend on their angle. A weight is a factor on the whole task vector.
 */
export const slerp = defineModuleStrategy({
  id: 'slerp',
  title: 'SLERP',
  description: 'Interpolates between two adapters along the arc between them, each matrix as one vector.',
  references: [SHOEMAKE],
  needs: { minAdapters: 2, maxAdapters: 2, order: 'MATTERS' },
  spaces: ['FRAME', 'DELTA', 'CORE'],
  schedulable: ['t'],
  perAdapter: [],
  options: z.object({
    t: z.number().min(0).max(1).describe('Where on the arc: 0 is the first adapter, 1 the second.').default(0.5),
    dotThreshold: z
      .number()
      .min(0)
      .max(1)
      .describe('Greatest |cosine| that is interpolated spherically; beyond it, linearly.')
      .default(0.9995),
    of: ofOption(),
  }),
  check: checkMergeOf,
  fuseModule(input, _, context) {
    const { t, dotThreshold, of } = input.options;
    return combineByGeometry(input, context, { of, along: 'TENSOR' }, (gram, members) =>
      betweenEnds(
        gram,
        members,
        ({ weight }) => weight,
        (pair) => slerpCoefficients(pair, t, (cosine) => Math.abs(cosine) > dotThreshold),
      ),
    );
  },
});
