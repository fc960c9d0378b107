import {
  consensusOptions,
  densityOption,
  lambdaOption,
  normalizeOption,
  rescaleOption,
} from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { DELLA_PRESETS, electRules, linearRules } from './presets.js';

const shared = {
  preset: z
    .enum(DELLA_PRESETS)
    .describe('Whose rules fill the options that are not given: the paper or mergekit.')
    .default('PAPER'),
  density: densityOption(0.5, 'Probability that an entry stays, on average over a row. 1 keeps all.'),
  epsilon: z
    .number()
    .min(0)
    .lt(1)
    .describe(
      'How much likelier the largest entry of a row stays than the smallest (window FULL), or half of that (HALF). 0 is DARE.',
    )
    .default(0.15),
  lambda: lambdaOption(),
  window: z
    .enum(['FULL', 'HALF'])
    .describe('Whether the probabilities span epsilon, as in the paper, or twice epsilon, as in mergekit.')
    .optional(),
  rescale: rescaleOption(),
};

export const dellaLinearOptions = z
  .object({ ...shared, normalize: normalizeOption() })
  .overwrite((options) => ({ ...options, ...linearRules(options) }));

export const dellaOptions = z
  .object({ ...shared, ...consensusOptions() })
  .overwrite((options) => ({ ...options, ...electRules(options) }));
