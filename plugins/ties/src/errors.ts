import { defineError } from '@crucible/engine/errors';

export const tiesErrors = {
  nothingKept: defineError({
    code: 'TIES_NOTHING_KEPT',
    summary: 'A density keeps no entry of a tensor.',
    remedy: 'Raise the density, or set `whenNothingKept: ZERO` to drop such tensors as PEFT does.',
    message: (d: { subject: string; size: number; density: number }) =>
      `Density ${d.density} of the ${d.size} entries of ${d.subject} keeps none; raise the density to at least ${1 / d.size}, or set whenNothingKept: ZERO to drop it.`,
  }),
  densitiesMismatch: defineError({
    code: 'TIES_DENSITIES_MISMATCH',
    summary: 'The list of densities has not one entry per adapter.',
    remedy: 'Give one density per adapter in the order of the adapters, or `density` alone for all of them.',
    message: (d: { got: number; expected: number }) =>
      `Got ${d.got} densities for ${d.expected} adapters; give one per adapter in their order, or density alone for all.`,
  }),
};
