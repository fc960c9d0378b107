import { z } from 'zod';

export const FISHER_NORMALIZATIONS = ['NONE', 'MEAN', 'L2'] as const;

export const fisherOptions = z.object({
  normalize: z
    .enum(FISHER_NORMALIZATIONS)
    .default('MEAN')
    .describe(
      "What each adapter's Fisher information is divided by, over all its modules: MEAN its mean entry, so that confident adapters do not drown the others; L2 its norm, as other tools do; NONE nothing, as the paper.",
    ),
  floor: z
    .number()
    .min(0)
    .max(1)
    .default(1e-6)
    .describe(
      'Least Fisher information of an entry, after normalization. Where all adapters are below it the entry is their weighted mean; 0 leaves an entry that matters to none at zero.',
    ),
  lambda: z.number().min(-10).max(10).default(1).describe('Factor on the merged update. The paper needs none.'),
});

export type FisherOptions = z.output<typeof fisherOptions>;
