import { fillRules, lambdaOption } from '@crucible/sdk/elementwise';
import { z } from 'zod';

export const EMR_PRESETS = ['PAPER', 'REFERENCE'] as const;

export interface EmrRules {
  readonly zeroSign: 'ZERO' | 'MINUS';
  readonly rescale: 'TOTAL' | 'TENSOR_MEANS' | 'MODULE' | 'NONE';
}

/** REFERENCE: harveyhuang18/EMR_Merging, which adds up the mean magnitude of each tensor, so that small tensors count as much as large ones. */
export const presetRules: Readonly<Record<(typeof EMR_PRESETS)[number], EmrRules>> = {
  PAPER: { zeroSign: 'ZERO', rescale: 'TOTAL' },
  REFERENCE: { zeroSign: 'MINUS', rescale: 'TENSOR_MEANS' },
};

export const emrOptions = z
  .object({
    preset: z
      .enum(EMR_PRESETS)
      .describe('Whose rules fill the options that are not given: those of the paper, or of its code.')
      .default('PAPER'),
    lambda: lambdaOption(),
    zeroSign: z
      .enum(['ZERO', 'MINUS'])
      .describe('What is elected where the task vectors cancel exactly: nothing, or the negative side.')
      .optional(),
    rescale: z
      .enum(['TOTAL', 'TENSOR_MEANS', 'MODULE', 'NONE'])
      .describe(
        'What each task’s rescaler keeps: its sum of magnitudes over all modules, the sum of their means over tensors, its sum in each module by itself, or nothing.',
      )
      .optional(),
  })
  .overwrite((options) => ({ ...options, ...rulesOf(options) }));

export type EmrOptions = z.output<typeof emrOptions>;

export const rulesOf = (
  choices: { readonly preset: (typeof EMR_PRESETS)[number] } & {
    readonly [Key in keyof EmrRules]?: EmrRules[Key] | undefined;
  },
): EmrRules => fillRules(choices, presetRules[choices.preset]);
