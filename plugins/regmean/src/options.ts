import { z } from 'zod';

export const regMeanOptions = z.object({
  alpha: z
    .number()
    .min(0)
    .max(1)
    .default(0.9)
    .describe(
      'Factor on the off-diagonal entries of each Gram matrix. 1: plain least squares, which overfits few examples; 0: each input weighed by itself. The paper: 0.9, and 0.1 for T5.',
    ),
  ridge: z
    .number()
    .min(0)
    .max(1)
    .default(1e-4)
    .describe(
      'Added to the diagonal of every Gram matrix, as a share of the mean diagonal entry over all adapters. It pulls towards the weighted mean of the adapters, and keeps directions that no input has, such as those that a layer norm takes out, from deciding by their rounding.',
    ),
  lambda: z.number().min(-10).max(10).default(1).describe('Factor on the merged update. The paper needs none.'),
});

export type RegMeanOptions = z.output<typeof regMeanOptions>;
