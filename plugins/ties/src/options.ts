import { z } from 'zod';
import { resolveOptions, TIES_PRESETS } from './presets.js';

/** As many as a run may have adapters. */
export const MOST_DENSITIES = 256;

/** A share, not a percentage: the original code reads 20 as 20 %, and so takes 1.5 for 1.5 %. */
const share = z
  .number({ error: 'a density is a number above 0 and at most 1; 0.2 keeps the largest 20 %' })
  .gt(0, {
    error: ({ input }) =>
      `density ${String(input)} keeps nothing; give a share above 0, such as 0.2 for the largest 20 %`,
  })
  .lte(1, {
    error: ({ input }) =>
      `density ${String(input)} is no share; give a number above 0 and at most 1: to keep ${String(input)} %, give ${Number(input) / 100}`,
  });

/**
 * Options of TIES. `preset` fills each rule that is not given, and what was resolved is what a run records; an option that is given wins.
 */
export const tiesOptions = z
  .object({
    preset: z
      .enum(TIES_PRESETS)
      .describe(
        'Whose rules fill the options that are not given: the original code, peta (the L-LoRA paper), PEFT or mergekit.',
      )
      .default('PAPER'),
    density: share.describe('Share of entries kept, by magnitude. Source: TIES-Merging, section 3.2.').default(0.2),
    densities: z
      .array(share)
      .min(1)
      .max(MOST_DENSITIES)
      .describe('One density per adapter, in the order of the adapters; wins over density. Source: mergekit.')
      .optional(),
    lambda: z.number().describe('Factor on the merged task vector.').default(1),
    trimScope: z
      .enum(['GLOBAL', 'TENSOR'])
      .describe(
        'Where the largest entries are looked for: over all modules of an adapter at once, or tensor by tensor.',
      )
      .optional(),
    trimCount: z
      .enum(['REFERENCE', 'EXACT'])
      .describe(
        'How many stay of d entries at density K: all at or above the magnitude of rank d - trunc(dK), which is trunc(dK) + 1 and ties; or exactly trunc(dK), the first of equals.',
      )
      .optional(),
    whenNothingKept: z
      .enum(['ERROR', 'ZERO'])
      .describe('What to do when EXACT keeps no entry of a tensor: fail, or take it as zero.')
      .optional(),
    signRule: z
      .enum(['MASS', 'COUNT'])
      .describe('What elects a sign: the sum of the entries, or one vote per entry.')
      .optional(),
    weighting: z
      .enum(['BEFORE_ELECTION', 'AFTER_ELECTION'])
      .describe('Whether entries vote with their adapter’s weight, or are weighted only when they are merged.')
      .optional(),
    zeroSign: z
      .enum(['MAJORITY_OR_ZERO', 'MAJORITY_OR_PLUS', 'PLUS'])
      .describe(
        'The sign where votes cancel: that of most elements, and if there is none 0 (which selects negative entries, as the original does) or +1; or always +1.',
      )
      .optional(),
    merge: z
      .enum(['MEAN', 'SUM', 'MAX'])
      .describe('What becomes of the entries that agree with the elected sign.')
      .optional(),
    divisor: z
      .enum(['COUNT', 'WEIGHTS'])
      .describe('What MEAN divides by: the number of agreeing entries, or the sum of their weights.')
      .optional(),
  })
  .overwrite((options) => ({ ...options, ...resolveOptions(options) }));

export type TiesOptions = z.output<typeof tiesOptions>;
