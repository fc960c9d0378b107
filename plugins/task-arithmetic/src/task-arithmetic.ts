import { defineModuleStrategy } from '@crucible/sdk';
import { z } from 'zod';
import { PARTIAL_LINEARIZATION, TASK_ARITHMETIC } from './references.js';

/**
 * φ = φ0 + λ·Σ w_i·ν_i: adds task vectors, each with its adapter's weight, and scales the sum (Ilharco et al., equation of "learning via
 * addition"; paper.md 2.3). Linear, so exact in FRAME, DELTA and CORE space; FACTOR space is what the paper's code does, with cross terms.
 *
 * λ is best between 0.65 for two LoRA adapters and 0.3 for seven, higher for adapters of one tangent frame; 0.3 is what fits many adapters
 * and never hurts few. It is a setting to choose on validation, not a constant of the method.
 */
export const taskArithmetic = defineModuleStrategy({
  id: 'taskArithmetic',
  title: 'Task arithmetic',
  description:
    'Adds the task vectors of all adapters, each times its weight, and scales the sum by λ. Exact in every space but FACTOR.',
  references: [TASK_ARITHMETIC, PARTIAL_LINEARIZATION],
  needs: { minAdapters: 1, order: 'INVARIANT' },
  spaces: ['FRAME', 'DELTA', 'CORE', 'FACTOR'],
  factorOrigin: 'FRAME',
  elementwise: true,
  schedulable: ['lambda'],
  options: z.object({
    lambda: z
      .number()
      .min(-10)
      .max(10)
      .default(0.3)
      .describe(
        'Factor on the sum of task vectors. 1 adds adapters as they are; negative values unlearn (task negation). The best value falls with the number of adapters: choose it on validation.',
      ),
  }),
  fuseModule: ({ members }) => ({
    kind: 'combination',
    coefficients: members.map(({ weight, options }) => options.lambda * weight),
  }),
});
