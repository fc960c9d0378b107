import { consensusOptions, densityOption, lambdaOption, normalizeOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { BREADCRUMBS_PRESETS, electRules, linearRules } from './presets.js';

const shared = {
  preset: z
    .enum(BREADCRUMBS_PRESETS)
    .describe('Whose rules fill the options that are not given: the paper or mergekit.')
    .default('PAPER'),
  density: densityOption(
    0.15,
    'Share of the entries of each tensor that stays. Source: Model Breadcrumbs, which masks 85 %.',
  ),
  gamma: z
    .number()
    .min(0)
    .lt(1)
    .describe('Share of the entries that is dropped from the top, as outliers. Source: Model Breadcrumbs.')
    .default(0.007),
  lambda: lambdaOption(),
  smallTensor: z
    .enum(['NONE', 'TENSOR'])
    .describe(
      'What is dropped of a tensor so small that gamma of its entries is none: nothing from the top, or all of it.',
    )
    .optional(),
};

export const breadcrumbsOptions = z
  .object({ ...shared, normalize: normalizeOption() })
  .overwrite((options) => ({ ...options, ...linearRules(options) }));

export const breadcrumbsTiesOptions = z
  .object({ ...shared, ...consensusOptions() })
  .overwrite((options) => ({ ...options, ...electRules(options) }));
