import { z } from 'zod';

const lambda = z
  .number()
  .min(-10)
  .max(10)
  .default(1)
  .describe('Factor on the merged update. The result has the mean singular value everywhere: choose it on validation.');
const floor = z
  .number()
  .min(0)
  .max(0.5)
  .default(1e-6)
  .describe(
    'Singular values below this share of the largest count as zero: their directions are rounding noise of float32, and would get the same weight as all others.',
  );

export const isoCOptions = z.object({ lambda, floor });
export type IsoCOptions = z.output<typeof isoCOptions>;

export const isoCtsOptions = z.object({
  lambda,
  commonFraction: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe(
      'Share of the directions that is taken from the sum of all adapters; the rest is shared out equally among what is left of each.',
    ),
  floor,
});
export type IsoCtsOptions = z.output<typeof isoCtsOptions>;
