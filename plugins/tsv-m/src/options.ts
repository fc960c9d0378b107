import { z } from 'zod';

export const TSV_KEEP = ['TRUNCATED', 'FULL'] as const;

export const tsvMOptions = z.object({
  lambda: z
    .number()
    .min(-10)
    .max(10)
    .default(1)
    .describe('Factor on the merged update. The paper needs none; choose it on validation where updates are large.'),
  keep: z
    .enum(TSV_KEEP)
    .default('TRUNCATED')
    .describe(
      'Singular triples kept of each adapter. TRUNCATED: an equal share of the space that all adapters span together, as the reference does. FULL: all, which for adapters of unequal rank or of one frame loses nothing.',
    ),
});

export type TsvMOptions = z.output<typeof tsvMOptions>;
