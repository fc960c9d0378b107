import { defineModuleStrategy } from '@crucible/sdk';
import { alongOption, checkMergeOf, combineByGeometry, ofOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { NUSLERP, SHOEMAKE } from './references.js';
import { slerpCoefficients } from './slerp-coefficients.js';
import { betweenEnds } from './two-ends.js';

/** Below this the sine of an angle says nothing: mergekit's eps. */
const LEAST_SINE = 1e-8;

/** SLERP at t = w_2 / (w_1 + w_2), which is 0.5 where the weights cancel; of whole matrices, or of rows or columns each by itself. */
export const nuSlerp = defineModuleStrategy({
  id: 'nuSlerp',
  title: 'NuSLERP',
  description:
    'Interpolates between two adapters along the arc between them, by their weights; each matrix as one vector, or each row or column by itself.',
  references: [NUSLERP, SHOEMAKE],
  needs: { minAdapters: 2, maxAdapters: 2, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE'],
  options: z.object({ along: alongOption(), of: ofOption() }),
  check: checkMergeOf,
  fuseModule(input, _, context) {
    const { along, of } = input.options;
    const [first = 0, second = 0] = input.weights;
    // As mergekit: weights that cancel to within its eps have no ratio.
    const t = Math.abs(first + second) < LEAST_SINE ? 0.5 : second / (first + second);
    return combineByGeometry(input, context, { of, along }, (gram, members) =>
      betweenEnds(
        gram,
        members,
        () => 1,
        (pair) => slerpCoefficients(pair, t, (__, sine) => sine < LEAST_SINE),
      ),
    );
  },
});
