import {
  consensusOptions,
  densityOption,
  lambdaOption,
  normalizeOption,
  rescaleOption,
} from '@crucible/sdk/elementwise';
import { z } from 'zod';
import { DARE_PRESETS, linearRules, tiesRules } from './presets.js';

const shared = {
  preset: z
    .enum(DARE_PRESETS)
    .describe('Whose rules fill the options that are not given: the paper, PEFT or mergekit.')
    .default('PAPER'),
  density: densityOption(
    0.5,
    'Probability that an entry stays: 1 - p of the paper, which drops up to 0.9 of the entries of large models fine-tuned in full.',
  ),
  lambda: lambdaOption(),
  rescale: rescaleOption(),
};

export const dareLinearOptions = z
  .object({ ...shared, normalize: normalizeOption() })
  .overwrite((options) => ({ ...options, ...linearRules(options) }));

export const dareTiesOptions = z
  .object({ ...shared, ...consensusOptions() })
  .overwrite((options) => ({ ...options, ...tiesRules(options) }));
