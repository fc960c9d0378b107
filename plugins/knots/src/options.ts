import { z } from 'zod';

export const KNOTS_PRESETS = ['DEFAULT', 'REFERENCE', 'CORE_SPACE'] as const;

/** What implementations do differently. */
export interface KnotsChoices {
  readonly floor: number;
  readonly floorUnit: 'RELATIVE' | 'ABSOLUTE';
  readonly singularValues: 'MERGED' | 'RESTORED';
}

/** gstoica27/KnOTS baa35e8 and apanariello4/core-space-merging 85176fa, as their code does it. */
const presets: Readonly<Record<(typeof KNOTS_PRESETS)[number], KnotsChoices>> = {
  DEFAULT: { floor: 1e-6, floorUnit: 'RELATIVE', singularValues: 'MERGED' },
  REFERENCE: { floor: 1e-5, floorUnit: 'ABSOLUTE', singularValues: 'MERGED' },
  CORE_SPACE: { floor: 1e-5, floorUnit: 'ABSOLUTE', singularValues: 'RESTORED' },
};

export const knotsOptions = z
  .object({
    preset: z
      .enum(KNOTS_PRESETS)
      .default('DEFAULT')
      .describe(
        'Fills the options that are not given. REFERENCE: the authors’ code, with its absolute floor. CORE_SPACE: the variant of the Core Space code, which merges without the singular values.',
      ),
    floor: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Directions of singular values at or below this are dropped: they are rounding noise.'),
    floorUnit: z
      .enum(['RELATIVE', 'ABSOLUTE'])
      .optional()
      .describe(
        'RELATIVE: a share of the largest singular value. ABSOLUTE: the value itself, which cuts real directions of small updates.',
      ),
    singularValues: z
      .enum(['MERGED', 'RESTORED'])
      .optional()
      .describe(
        'MERGED: the rule merges directions with their strengths (KnOTS). RESTORED: it merges directions alone, and the joint strengths are put back afterwards.',
      ),
  })
  .overwrite((options) => ({ ...options, ...resolveKnots(options) }));

export type KnotsOptions = z.output<typeof knotsOptions>;

type Given = { readonly [Key in keyof KnotsChoices]?: KnotsChoices[Key] | undefined } & {
  readonly preset: (typeof KNOTS_PRESETS)[number];
};

/** What is given, and the preset's for the rest. Resolving twice changes nothing. */
export function resolveKnots({ preset, floor, floorUnit, singularValues }: Given): KnotsChoices {
  const chosen = presets[preset];
  return {
    floor: floor ?? chosen.floor,
    floorUnit: floorUnit ?? chosen.floorUnit,
    singularValues: singularValues ?? chosen.singularValues,
  };
}
