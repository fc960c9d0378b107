import { fillRules, lambdaOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';

export const SCE_PRESETS = ['PAPER', 'MERGEKIT'] as const;

export interface SceRules {
  readonly smallWeights: 'PROPORTIONAL' | 'UNIFORM';
}

/** mergekit a6e4028 gives up on its own weights where the mean squares sum to less than 1e-6, which deltas of adapters do. */
export const presetRules: Readonly<Record<(typeof SCE_PRESETS)[number], SceRules>> = {
  PAPER: { smallWeights: 'PROPORTIONAL' },
  MERGEKIT: { smallWeights: 'UNIFORM' },
};

export const sceOptions = z
  .object({
    preset: z
      .enum(SCE_PRESETS)
      .describe('Whose rules fill the options that are not given: the paper or mergekit.')
      .default('PAPER'),
    selectTopk: z
      .number()
      .gt(0)
      .lte(1)
      .describe('Share of the places at which the adapters differ that stays, where they differ most.')
      .default(1),
    lambda: lambdaOption(),
    smallWeights: z
      .enum(['PROPORTIONAL', 'UNIFORM'])
      .describe(
        'Weights where the mean squares of all task vectors sum to less than 1e-6: in proportion to them as elsewhere, or equal.',
      )
      .optional(),
  })
  .overwrite((options) => ({ ...options, ...rulesOf(options) }));

export const rulesOf = (choices: {
  readonly preset: (typeof SCE_PRESETS)[number];
  readonly smallWeights?: SceRules['smallWeights'] | undefined;
}): SceRules => fillRules(choices, presetRules[choices.preset]);
