import { defineModuleStrategy } from '@crucible/sdk';
import { z } from 'zod';
import { lLoraErrors } from './errors.js';
import { PARTIAL_LINEARIZATION } from './references.js';

/**
 * B = λ·Σ w_i·B_i in the frame that all adapters share: ΔW = s·B·A0 is exactly λ·Σ w_i·ΔW_i, at the frame's rank (paper.md 1.4). The result is an
 * adapter of the same frame, so that adding or removing an adapter later is adding or subtracting its B.
 *
 * λ defaults to 1, where the paper's figures and the demo's sum of seven linearized adapters hold up and that of plain LoRA does not; the best
 * value still falls with the number of adapters (0.65 at seven).
 */
export const lLora = defineModuleStrategy({
  id: 'lLora',
  title: 'L-LoRA arithmetic',
  description:
    'Adds the B factors of adapters of one tangent frame: exact, without cross terms, at unchanged rank; the result belongs to the frame again.',
  references: [PARTIAL_LINEARIZATION],
  needs: { minAdapters: 1, sharedFrame: true, order: 'INVARIANT' },
  spaces: ['FRAME'],
  options: z.object({
    lambda: z.number().min(-10).max(10).default(1).describe('Factor on the sum or the mean. Choose it on validation.'),
    normalize: z
      .enum(['SUM', 'MEAN'])
      .default('SUM')
      .describe('SUM adds the adapters, so that one can be taken out again; MEAN divides by the sum of their weights.'),
  }),
  fuseModule: ({ members, weights, options }) => {
    const total = options.normalize === 'MEAN' ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
    if (total === 0) throw lLoraErrors.weightsCancel({ weights });
    const factor = options.lambda * (1 / total);
    return { kind: 'combination', coefficients: members.map(({ weight }) => factor * weight) };
  },
});
