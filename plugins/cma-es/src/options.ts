import { z } from 'zod';

/** Caps on what a request may ask for: a search that is longer, or looks at more, is a training. */
export const cmaEsLimits = { shots: 1000, budget: 10_000, layerGroups: 64, coefficients: 256 } as const;

export const cmaEsOptions = z.object({
  layerGroups: z
    .int()
    .min(1)
    .max(cmaEsLimits.layerGroups)
    .default(3)
    .describe(
      'Blocks of neighbouring layers with coefficients of their own; no more than the model has layers. 1: one coefficient per adapter.',
    ),
  shots: z
    .int()
    .min(1)
    .max(cmaEsLimits.shots)
    .default(5)
    .describe('Labelled validation examples per class and task that each candidate is scored on.'),
  budget: z
    .int()
    .min(3)
    .max(cmaEsLimits.budget)
    .default(200)
    .describe('Candidates that are scored, exactly so many. Ten for each coefficient is little.'),
  start: z
    .enum(['AVERAGE', 'SUM', 'ZERO'])
    .default('AVERAGE')
    .describe("First coefficients: each adapter's weight divided by their number, the weight itself, or 0."),
  sigma: z
    .number()
    .gt(0)
    .max(3)
    .default(1 / 6)
    .describe('Initial step of the search. mergekit-evolve: 1/6.'),
  bound: z.number().gt(0).max(10).default(1.5).describe('Coefficients stay in [-bound, bound].'),
  smoothness: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'Factor on the mean square of differences between neighbouring blocks, for each adapter: a preference for coefficients that do not jump.',
    ),
});

export type CmaEsOptions = z.output<typeof cmaEsOptions>;
