export const TIES_PRESETS = ['PAPER', 'PETA', 'PEFT', 'MERGEKIT'] as const;
export type TiesPreset = (typeof TIES_PRESETS)[number];

/** Everything that implementations of TIES do differently; the README's table says who does what. */
export interface TiesRules {
  readonly trimScope: 'GLOBAL' | 'TENSOR';
  readonly trimCount: 'REFERENCE' | 'EXACT';
  readonly whenNothingKept: 'ERROR' | 'ZERO';
  readonly signRule: 'MASS' | 'COUNT';
  readonly weighting: 'BEFORE_ELECTION' | 'AFTER_ELECTION';
  readonly zeroSign: 'MAJORITY_OR_ZERO' | 'MAJORITY_OR_PLUS' | 'PLUS';
  readonly merge: 'MEAN' | 'SUM' | 'MAX';
  readonly divisor: 'COUNT' | 'WEIGHTS';
}

const PAPER: TiesRules = {
  trimScope: 'GLOBAL',
  trimCount: 'REFERENCE',
  whenNothingKept: 'ERROR',
  signRule: 'MASS',
  // The original has no weights; a weight then reads as a factor on the whole task vector.
  weighting: 'BEFORE_ELECTION',
  zeroSign: 'MAJORITY_OR_ZERO',
  merge: 'MEAN',
  divisor: 'COUNT',
};

/** prateeky2806/ties-merging 44e7891, tanganke/peta db0e76f, PEFT 0.21.0 and mergekit a6e4028, as their code does it. */
export const presetRules: Readonly<Record<TiesPreset, TiesRules>> = {
  PAPER,
  PETA: { ...PAPER, zeroSign: 'MAJORITY_OR_PLUS' },
  PEFT: {
    ...PAPER,
    trimScope: 'TENSOR',
    trimCount: 'EXACT',
    whenNothingKept: 'ZERO',
    weighting: 'AFTER_ELECTION',
    zeroSign: 'PLUS',
  },
  MERGEKIT: { ...PAPER, trimScope: 'TENSOR', trimCount: 'EXACT', zeroSign: 'PLUS', divisor: 'WEIGHTS' },
};

export type RuleChoices = { readonly [Key in keyof TiesRules]?: TiesRules[Key] | undefined } & {
  readonly preset: TiesPreset;
};

/** The rules that hold: what is given, and the preset's for the rest. Resolving twice changes nothing. */
export function resolveOptions(choices: RuleChoices): TiesRules {
  const rules = presetRules[choices.preset];
  return {
    trimScope: choices.trimScope ?? rules.trimScope,
    trimCount: choices.trimCount ?? rules.trimCount,
    whenNothingKept: choices.whenNothingKept ?? rules.whenNothingKept,
    signRule: choices.signRule ?? rules.signRule,
    weighting: choices.weighting ?? rules.weighting,
    zeroSign: choices.zeroSign ?? rules.zeroSign,
    merge: choices.merge ?? rules.merge,
    divisor: choices.divisor ?? rules.divisor,
  };
}
