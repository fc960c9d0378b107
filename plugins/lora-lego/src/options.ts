import { z } from 'zod';

/** Ranks and starts beyond these would only cost time: a clustering compares all units with all others. */
export const MOST_CLUSTERS = 4096;
export const MOST_RESTARTS = 64;

export const loraLegoOptions = z.object({
  rank: z
    .int()
    .min(1)
    .max(MOST_CLUSTERS)
    .optional()
    .describe(
      'Number of clusters, the rank of the result. Left out: the largest rank among the adapters of the module. At the sum of all ranks or above nothing is merged, and the result is the plain sum.',
    ),
  units: z
    .enum(['STORED', 'SINGULAR'])
    .default('STORED')
    .describe(
      'What is clustered. STORED: rows of A with columns of B as they are stored (the paper). SINGULAR: singular triples of each update, which do not depend on how it is split into factors.',
    ),
  reweightParameters: z
    .boolean()
    .default(true)
    .describe('Whether a centroid, shorter than what it is the mean of, is brought back to their mean norm.'),
  reweightOutput: z
    .boolean()
    .default(true)
    .describe(
      'Whether the result is scaled by the root of (mean rank of the adapters / rank of the result), so that its outputs keep the variance of one adapter.',
    ),
  restarts: z
    .int()
    .min(1)
    .max(MOST_RESTARTS)
    .default(4)
    .describe('Seeded starts of the clustering; the one with the least spread is kept.'),
  lambda: z.number().min(-10).max(10).default(1).describe('Factor on the merged update.'),
});

export type LoraLegoOptions = z.output<typeof loraLegoOptions>;
