import { fillRules, type ConsensusRules } from '@crucible/sdk/elementwise';

export const BREADCRUMBS_PRESETS = ['PAPER', 'MERGEKIT'] as const;
export type BreadcrumbsPreset = (typeof BREADCRUMBS_PRESETS)[number];

export interface BreadcrumbsRules {
  /**
   * What happens to a tensor so small that γ of its entries is none: NONE drops no outlier, as the method is described; TENSOR drops all of it, as
   * mergekit a6e4028 does by a slice that ends at -0.
   */
  readonly smallTensor: 'NONE' | 'TENSOR';
}
export interface LinearRules extends BreadcrumbsRules {
  readonly normalize: boolean;
}
export interface ElectRules extends BreadcrumbsRules, ConsensusRules {}

export const linearPresets: Readonly<Record<BreadcrumbsPreset, LinearRules>> = {
  PAPER: { smallTensor: 'NONE', normalize: false },
  MERGEKIT: { smallTensor: 'TENSOR', normalize: false },
};

const MERGEKIT_ELECTION: ConsensusRules = {
  signRule: 'MASS',
  weighting: 'BEFORE_ELECTION',
  merge: 'SUM',
  divisor: 'WEIGHTS',
};

/** The paper elects no signs; breadcrumbs with an election is mergekit's `breadcrumbs_ties`. */
export const electPresets: Readonly<Record<BreadcrumbsPreset, ElectRules>> = {
  PAPER: { smallTensor: 'NONE', ...MERGEKIT_ELECTION },
  MERGEKIT: { smallTensor: 'TENSOR', ...MERGEKIT_ELECTION },
};

type Choices<Rules> = { readonly [Key in keyof Rules]?: Rules[Key] | undefined } & {
  readonly preset: BreadcrumbsPreset;
};

export const linearRules = (choices: Choices<LinearRules>): LinearRules =>
  fillRules(choices, linearPresets[choices.preset]);

export const electRules = (choices: Choices<ElectRules>): ElectRules =>
  fillRules(choices, electPresets[choices.preset]);
