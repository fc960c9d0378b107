import { z } from 'zod';
import { RESCALES } from './drop-at-random.js';

const isShare = (value: number): string =>
  `${value} is no share; give a number above 0 and at most 1: to keep ${value} %, give ${value / 100}`;

/** A share of entries, not a percentage: 20 is refused, and the message says 0.2. */
export const densityOption = (fallback: number, description: string) =>
  z
    .number({ error: 'a density is a number above 0 and at most 1; 0.2 keeps 20 %' })
    .gt(0, { error: ({ input }) => `density ${String(input)} keeps nothing; give a share above 0, such as 0.2` })
    .lte(1, { error: ({ input }) => `density ${isShare(Number(input))}` })
    .describe(description)
    .default(fallback);

export const lambdaOption = (fallback = 1) =>
  z.number().describe('Factor on the merged task vector; choose it on validation.').default(fallback);

/** Filled by the preset where it is not given. */
export const normalizeOption = () =>
  z.boolean().describe('Whether to divide by the sum of the weights of all adapters of the run.').optional();

/** Filled by the preset where it is not given. */
export const rescaleOption = () =>
  z
    .enum(RESCALES)
    .describe(
      'What becomes of the entries that stay: divided by their probability, so that the expectation is kept; all times one factor that keeps Σ|x|; or left as they are.',
    )
    .optional();

/** Options of a sign election, filled by the preset where they are not given. */
export const consensusOptions = () => ({
  signRule: z
    .enum(['MASS', 'COUNT'])
    .describe('What elects a sign: the sum of the entries, or one vote per entry.')
    .optional(),
  weighting: z
    .enum(['BEFORE_ELECTION', 'AFTER_ELECTION'])
    .describe('Whether entries vote with their adapter’s weight, or are weighted only when they are merged.')
    .optional(),
  merge: z.enum(['MEAN', 'SUM']).describe('What becomes of the entries that agree with the elected sign.').optional(),
  divisor: z
    .enum(['COUNT', 'WEIGHTS'])
    .describe('What MEAN divides by: the number of agreeing entries, or the sum of their weights.')
    .optional(),
});
