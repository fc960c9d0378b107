import { defineError } from '@crucible/engine/errors';

export const tiesErrors = {
  nothingKept: defineError({
    code: 'TIES_NOTHING_KEPT',
    summary: 'A density keeps no entry of a tensor.',
    remedy: 'Raise the density, or set `whenNothingKept: ZERO` to drop such tensors as PEFT does.',
    message: (d: { subject: string; size: number; density: number }) =>
      `Density ${d.density} of the ${d.size} entries of ${d.subject} keeps none; raise the density to at least ${1 / d.size}, or set whenNothingKept: ZERO to drop it.`,
  }),
  densityNotSurveyed: defineError({
    code: 'TIES_DENSITY_NOT_SURVEYED',
    summary: 'A schedule lowers the density of a run whose own density is 1, with a global trim.',
    remedy: 'Give the run a density below 1 and schedule 1 where it shall hold, or set `trimScope: TENSOR`.',
    message: (d: { density: number }) =>
      `A schedule sets density ${d.density}, and the run's own density is 1, so that no global threshold was looked for; give the run a density below 1, or set trimScope: TENSOR.`,
  }),
  densitiesMismatch: defineError({
    code: 'TIES_DENSITIES_MISMATCH',
    summary: 'The list of densities has not one entry per adapter.',
    remedy: 'Give one density per adapter in the order of the adapters, or `density` alone for all of them.',
    message: (d: { got: number; expected: number }) =>
      `Got ${d.got} densities for ${d.expected} adapters; give one per adapter in their order, or density alone for all.`,
  }),
};
