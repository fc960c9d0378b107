import { fillRules, type ConsensusRules, type Rescale } from '@crucible/sdk/elementwise';

export const DARE_PRESETS = ['PAPER', 'PEFT', 'MERGEKIT'] as const;
export type DarePreset = (typeof DARE_PRESETS)[number];

/** What implementations of DARE do differently where they add up what is left. */
export interface DareLinearRules {
  readonly rescale: Rescale;
  readonly normalize: boolean;
}

/** PAPER: equation 2 of arXiv 2311.03099. PEFT 0.21.0 `dare_linear`. mergekit a6e4028 `dare_linear`, which matches L1 norms since its pull request 245. */
export const linearPresets: Readonly<Record<DarePreset, DareLinearRules>> = {
  PAPER: { rescale: 'INVERSE_P', normalize: false },
  PEFT: { rescale: 'INVERSE_P', normalize: false },
  MERGEKIT: { rescale: 'L1', normalize: false },
};

/** What they do differently where signs are elected. */
export interface DareTiesRules extends ConsensusRules {
  readonly rescale: Rescale;
}

/** PAPER: DARE before the election and mean of TIES-Merging, without a second trim. PEFT 0.21.0 and mergekit a6e4028 `dare_ties`. */
export const tiesPresets: Readonly<Record<DarePreset, DareTiesRules>> = {
  PAPER: { rescale: 'INVERSE_P', signRule: 'MASS', weighting: 'BEFORE_ELECTION', merge: 'MEAN', divisor: 'COUNT' },
  PEFT: { rescale: 'INVERSE_P', signRule: 'MASS', weighting: 'AFTER_ELECTION', merge: 'MEAN', divisor: 'COUNT' },
  MERGEKIT: { rescale: 'L1', signRule: 'MASS', weighting: 'BEFORE_ELECTION', merge: 'SUM', divisor: 'WEIGHTS' },
};

type Choices<Rules> = { readonly [Key in keyof Rules]?: Rules[Key] | undefined } & { readonly preset: DarePreset };

export const linearRules = (choices: Choices<DareLinearRules>): DareLinearRules =>
  fillRules(choices, linearPresets[choices.preset]);

export const tiesRules = (choices: Choices<DareTiesRules>): DareTiesRules =>
  fillRules(choices, tiesPresets[choices.preset]);
