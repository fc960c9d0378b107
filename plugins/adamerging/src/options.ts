import { GRANULARITIES } from '@crucible/engine/search';
import { z } from 'zod';

/** Caps on what a request may ask for: a search that is longer, or looks at more, is a training. */
export const adaMergingLimits = { shots: 10_000, batchSize: 1024, steps: 10_000, looks: 100 } as const;

export const adaMergingOptions = z.object({
  granularity: z
    .enum(GRANULARITIES)
    .default('LAYER')
    .describe(
      "What has a coefficient of its own per adapter: TASK the whole adapter, LAYER each layer, MODULE each module. The paper's layer-wise code does what MODULE does.",
    ),
  shots: z
    .int()
    .min(1)
    .max(adaMergingLimits.shots)
    .default(32)
    .describe(
      'Validation examples per task, without their labels, as a multiple of its number of classes. The paper takes all test data.',
    ),
  steps: z.int().min(1).max(adaMergingLimits.steps).default(200).describe('Steps of Adam. The paper: 500 or more.'),
  batchSize: z
    .int()
    .min(1)
    .max(adaMergingLimits.batchSize)
    .default(16)
    .describe('Examples of every task in each step. The paper: 16.'),
  learningRate: z.number().gt(0).max(1).default(0.01).describe('Rate of Adam. The paper: 0.001, over more steps.'),
  init: z
    .number()
    .min(-2)
    .max(2)
    .default(0.3)
    .describe("First value of every coefficient, times the adapter's weight. The paper: 0.3."),
  lowest: z.number().min(-10).max(10).default(0).describe('Least value of a coefficient. The paper: 0.'),
  highest: z
    .number()
    .min(-10)
    .max(10)
    .default(1)
    .describe('Greatest value of a coefficient; not below `lowest`. The paper: 1.'),
  looks: z
    .int()
    .min(1)
    .max(adaMergingLimits.looks)
    .default(4)
    .describe(
      'How often all examples are looked at on the way, to keep the coefficients of least entropy instead of the last ones.',
    ),
});

export type AdaMergingOptions = z.output<typeof adaMergingOptions>;
