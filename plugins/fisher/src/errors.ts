import { defineError } from '@crucible/engine/errors';

export const fisherErrors = {
  weightNegative: defineError({
    code: 'FISHER_WEIGHT_NEGATIVE',
    summary: 'A weight is negative: the weights of a mean are not.',
    remedy: 'Give weights from 0 on; to subtract a task use task arithmetic.',
    message: (d: { readonly position: number; readonly got: number }) =>
      `the weight of adapter ${d.position} is ${d.got}; Fisher merging takes weights from 0 on.`,
  }),
  nothingMatters: defineError({
    code: 'FISHER_NOTHING_MATTERS',
    summary: "All of an adapter's Fisher information is zero, so that it cannot be normalized.",
    remedy: 'Compute FISHER statistics of it on more examples, or set `normalize: NONE`.',
    message: (d: { readonly position: number }) =>
      `the Fisher information of adapter ${d.position} is zero everywhere; compute it on more examples, or set normalize to NONE.`,
  }),
};
