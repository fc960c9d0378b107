import { fillRules, type ConsensusRules, type Rescale } from '@crucible/sdk/elementwise';

export const DELLA_PRESETS = ['PAPER', 'MERGEKIT'] as const;
export type DellaPreset = (typeof DELLA_PRESETS)[number];

/** FULL: keep probabilities span ε, as in the paper; HALF: they span 2ε, as in mergekit. */
export type DellaWindow = 'FULL' | 'HALF';

export interface DellaRules {
  readonly window: DellaWindow;
  readonly rescale: Rescale;
}
export interface DellaLinearRules extends DellaRules {
  readonly normalize: boolean;
}
export interface DellaElectRules extends DellaRules, ConsensusRules {}

const PAPER: DellaRules = { window: 'FULL', rescale: 'INVERSE_P' };
/** mergekit a6e4028: `della_magprune` with `rescale_norm: l1`. */
const MERGEKIT: DellaRules = { window: 'HALF', rescale: 'L1' };

export const linearPresets: Readonly<Record<DellaPreset, DellaLinearRules>> = {
  PAPER: { ...PAPER, normalize: false },
  MERGEKIT: { ...MERGEKIT, normalize: false },
};

export const electPresets: Readonly<Record<DellaPreset, DellaElectRules>> = {
  PAPER: { ...PAPER, signRule: 'MASS', weighting: 'BEFORE_ELECTION', merge: 'MEAN', divisor: 'COUNT' },
  MERGEKIT: { ...MERGEKIT, signRule: 'MASS', weighting: 'BEFORE_ELECTION', merge: 'MEAN', divisor: 'WEIGHTS' },
};

type Choices<Rules> = { readonly [Key in keyof Rules]?: Rules[Key] | undefined } & { readonly preset: DellaPreset };

export const linearRules = (choices: Choices<DellaLinearRules>): DellaLinearRules =>
  fillRules(choices, linearPresets[choices.preset]);

export const electRules = (choices: Choices<DellaElectRules>): DellaElectRules =>
  fillRules(choices, electPresets[choices.preset]);
