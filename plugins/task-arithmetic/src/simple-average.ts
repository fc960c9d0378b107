import { defineModuleStrategy } from '@crucible/sdk';
import { z } from 'zod';
import { MODEL_SOUPS, PARTIAL_LINEARIZATION } from './references.js';
import { taskArithmeticErrors } from './errors.js';

/**
 * φ = φ0 + Σ w_i·ν_i / Σ w_i: the mean of the task vectors, which is task arithmetic at λ = 1/n to the bit where all weights are 1 (paper.md 2.2).
 * The divisor counts every adapter of the run, also in modules that some lack: what is missing is a zero, and zeros are averaged too.
 */
export const simpleAverage = defineModuleStrategy({
  id: 'simpleAverage',
  title: 'Simple average',
  description:
    'The weighted mean of all task vectors: task arithmetic at λ = 1/n where the weights are equal. Nothing to choose.',
  references: [MODEL_SOUPS, PARTIAL_LINEARIZATION],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  options: z.object({}),
  fuseModule: ({ members, weights }) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) throw taskArithmeticErrors.weightsCancel({ weights });
    // Times the reciprocal, like λ = 1/n: w / total would round otherwise.
    const share = 1 / total;
    return { kind: 'combination', coefficients: members.map(({ weight }) => share * weight) };
  },
});
