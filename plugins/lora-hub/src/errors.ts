import { defineError } from '@crucible/engine/errors';

export const loraHubErrors = {
  noFiniteLoss: defineError({
    code: 'LORA_HUB_NO_FINITE_LOSS',
    summary: 'No set of coefficients that the search tried had a finite loss.',
    remedy: 'Check that each adapter works alone on its task; narrow `bound` or `sigma`.',
    message: (d: { evaluations: number }) =>
      `All ${d.evaluations} sets of coefficients gave a loss that is not finite; check that each adapter works alone, or narrow bound and sigma.`,
  }),
};
