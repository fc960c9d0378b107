import { defineError } from '@crucible/engine/errors';

export const cmaEsErrors = {
  tooManyCoefficients: defineError({
    code: 'CMA_ES_TOO_MANY_COEFFICIENTS',
    summary: 'More coefficients are searched than a covariance can be learnt for.',
    remedy: 'Ask for fewer `layerGroups`, or fuse fewer adapters.',
    message: (d: { readonly groups: number; readonly adapters: number; readonly limit: number }) =>
      `${d.groups} groups of layers × ${d.adapters} adapters are ${d.groups * d.adapters} coefficients, at most ${d.limit} are searched; ask for fewer layerGroups.`,
  }),
  noFiniteLoss: defineError({
    code: 'CMA_ES_NO_FINITE_LOSS',
    summary: 'No set of coefficients that the search tried had a finite loss.',
    remedy: 'Check that each adapter works alone on its task; narrow `bound` or `sigma`.',
    message: (d: { readonly evaluations: number }) =>
      `All ${d.evaluations} sets of coefficients gave a loss that is not finite; check that each adapter works alone, or narrow bound and sigma.`,
  }),
};
