import { GRANULARITIES } from '@crucible/engine/search';
import { z } from 'zod';

/** Caps on what a request may ask for: a search that is longer, or looks at more, is a training. */
export const loraSoupsLimits = { shots: 1000, batchSize: 1024, steps: 10_000, looks: 100 } as const;

export const loraSoupsOptions = z.object({
  granularity: z
    .enum(GRANULARITIES)
    .default('LAYER')
    .describe(
      'What has a coefficient of its own per adapter: TASK the whole adapter, LAYER each layer, MODULE each module. The paper: each adapted layer, which is MODULE.',
    ),
  shots: z
    .int()
    .min(1)
    .max(loraSoupsLimits.shots)
    .default(5)
    .describe('Labelled validation examples per class and task that it learns from.'),
  steps: z.int().min(1).max(loraSoupsLimits.steps).default(200).describe('Steps of Adam.'),
  batchSize: z.int().min(1).max(loraSoupsLimits.batchSize).default(16).describe('Examples of every task in each step.'),
  learningRate: z.number().gt(0).max(1).default(0.01).describe('Rate of Adam.'),
  start: z
    .enum(['AVERAGE', 'SUM'])
    .default('AVERAGE')
    .describe("First coefficients: each adapter's weight divided by their number, or the weight itself."),
  bound: z.number().gt(0).max(10).default(2).describe('Coefficients stay in [-bound, bound].'),
  decay: z
    .number()
    .min(0)
    .max(100)
    .default(0)
    .describe(
      'Factor on the mean square of what coefficients have moved from their start: what little data says counts for less.',
    ),
  looks: z
    .int()
    .min(1)
    .max(loraSoupsLimits.looks)
    .default(4)
    .describe(
      'How often all examples are looked at on the way, to keep the best coefficients instead of the last ones.',
    ),
});

export type LoraSoupsOptions = z.output<typeof loraSoupsOptions>;
