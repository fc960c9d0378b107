import { z } from 'zod';

/** The rank that a result may have at most, far above what a server loads. */
export const MOST_RANK = 4096;

export const compressThenMergeOptions = z.object({
  rank: z
    .int()
    .min(1)
    .max(MOST_RANK)
    .optional()
    .describe(
      'Dimension of the shared subspaces: the rank of the result, whatever the rule. Left out: the largest rank among the adapters of the module.',
    ),
  balance: z
    .enum(['ENERGY', 'EQUAL'])
    .default('ENERGY')
    .describe(
      'How adapters share the subspaces. ENERGY: by their size, so that the least energy is lost in all. EQUAL: each counts the same, so that a small adapter is not crowded out.',
    ),
});

export type CompressThenMergeOptions = z.output<typeof compressThenMergeOptions>;
