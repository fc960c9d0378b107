import { defineError } from '../errors/index.js';

/** What can be wrong with outcomes that are compared. */
export const comparisonErrors = {
  lengthsDiffer: defineError({
    code: 'COMPARISON_LENGTHS_DIFFER',
    summary: 'Outcomes that are compared pair by pair are not of the same examples.',
    remedy: 'Score both on the same split of the same task.',
    message: (d: { first: number; second: number }) => `the first has ${d.first} outcomes, the second ${d.second}`,
  }),
  outcomeInvalid: defineError({
    code: 'COMPARISON_OUTCOME_INVALID',
    summary: 'An outcome is neither right (1) nor wrong (0).',
    remedy: 'Score again; the stored outcomes are damaged.',
    message: (d: { index: number; got: number }) => `outcome ${d.index} is ${d.got}, expected 0 or 1`,
  }),
  countInvalid: defineError({
    code: 'COMPARISON_COUNT_INVALID',
    summary: 'Counts of a comparison are no whole numbers from 0, or there are no examples.',
    remedy: 'Score at least one example.',
    message: (d: { what: string; got: number }) => `${d.what}: got ${d.got}`,
  }),
  probabilityInvalid: defineError({
    code: 'COMPARISON_PROBABILITY_INVALID',
    summary: 'A probability of a comparison lies outside of its range.',
    remedy: 'Give one between 0 and 1.',
    message: (d: { what: string; got: number }) => `${d.what}: got ${d.got}, expected a number in [0, 1]`,
  }),
};
