import { defineError } from '@crucible/engine/errors';

export const adaMergingErrors = {
  boundsCrossed: defineError({
    code: 'ADAMERGING_BOUNDS_CROSSED',
    summary: 'The least coefficient is above the greatest.',
    remedy: 'Give `lowest` no more than `highest`.',
    message: (d: { readonly lowest: number; readonly highest: number }) =>
      `lowest is ${d.lowest} and highest is ${d.highest}; give lowest no more than highest.`,
  }),
  noSlope: defineError({
    code: 'ADAMERGING_NO_SLOPE',
    summary: 'The objective has no slope to descend.',
    remedy: 'Run it through the platform, in FRAME, CORE or DELTA space.',
    message: () => 'the objective has no slope; run AdaMerging through the platform, in FRAME, CORE or DELTA space.',
  }),
};
