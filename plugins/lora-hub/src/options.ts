import { z } from 'zod';

/** Caps on what a request may ask for: a search that is longer, or looks at more, is a training. */
export const loraHubLimits = { shots: 1000, budget: 10_000 } as const;

export const loraHubOptions = z.object({
  shots: z
    .int()
    .min(1)
    .max(loraHubLimits.shots)
    .describe('Examples per class and task, drawn from validation, that the search looks at. LoraHub: 5 examples.')
    .default(5),
  budget: z
    .int()
    .min(3)
    .max(loraHubLimits.budget)
    .describe('Evaluations of the few-shot loss, exactly so many. LoraHub: 40. Seven adapters gain from 120.')
    .default(40),
  start: z
    .enum(['ZERO', 'AVERAGE'])
    .describe(
      'First coefficients: all 0, the base model, as LoraHub; or each adapter’s weight divided by their number.',
    )
    .default('AVERAGE'),
  sigma: z.number().gt(0).max(3).describe('Initial step of the search.').default(0.2),
  bound: z.number().gt(0).max(10).describe('Coefficients stay in [-bound, bound]. LoraHub: 1.5.').default(1.5),
  l1: z
    .number()
    .min(0)
    .max(100)
    .describe('Factor on the mean of |coefficient| in the objective. LoraHub: 0.05.')
    .default(0.05),
  compat: z
    .enum(['NONE', 'REFERENCE_DIVISION'])
    .describe(
      'REFERENCE_DIVISION repeats a mistake of the reference code: batch means of the loss are summed and divided by the number of examples.',
    )
    .default('NONE'),
  compatBatchSize: z
    .int()
    .min(1)
    .max(4096)
    .describe('Examples in a batch of the reference code; used with REFERENCE_DIVISION only.')
    .default(5),
});

export type LoraHubOptions = z.output<typeof loraHubOptions>;
