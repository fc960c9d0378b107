import { defineError } from '../errors/index.js';

/** What can be wrong with a request for random numbers: a mistake of the program, never of its data. */
export const randomErrors = {
  keyInvalid: defineError({
    code: 'RANDOM_KEY_INVALID',
    summary: 'A random stream was named by something that is neither text nor a finite number.',
    remedy: 'Build keys of strings and finite numbers.',
    message: (d: { readonly got: string }) =>
      `a part of a random key must be a string or a finite number, got ${d.got}.`,
  }),
  rangeInvalid: defineError({
    code: 'RANDOM_RANGE_INVALID',
    summary: 'A count, offset or bound of random numbers is out of range.',
    remedy:
      'Ask for whole numbers: a count from 0 to 2^30, an offset from 0 with offset + count up to 2^50, a bound from 1 to 2^48.',
    message: (d: { readonly what: string; readonly got: number }) => `${d.what} is out of range: ${d.got}.`,
  }),
} as const;
