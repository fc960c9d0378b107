import { defineError } from '../errors/index.js';

/** What can be wrong with a search of coefficients. */
export const searchErrors = {
  slopeNotFinite: defineError({
    code: 'SEARCH_SLOPE_NOT_FINITE',
    summary: 'A descent met a loss or a slope that is NaN or infinite.',
    remedy: 'Check that each adapter works alone; lower the learning rate, or narrow the bounds of the coefficients.',
    message: (d: { readonly step: number }) =>
      `the loss or its slope is not finite at step ${d.step}; check that each adapter works alone, or lower the learning rate.`,
  }),
  slopeMismatched: defineError({
    code: 'SEARCH_SLOPE_MISMATCHED',
    summary: 'A slope has another number of entries than the point.',
    remedy: 'Report it: the objective and the search disagree about the number of coefficients.',
    message: (d: { readonly got: number; readonly expected: number }) =>
      `the slope has ${d.got} entries, the point has ${d.expected}.`,
  }),
} as const;
