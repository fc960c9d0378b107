import { defineError } from '@crucible/engine/errors';

export const regMeanErrors = {
  weightNegative: defineError({
    code: 'REGMEAN_WEIGHT_NEGATIVE',
    summary: 'A weight is negative: a least-squares problem has no negative number of examples.',
    remedy: 'Give weights from 0 on; to subtract a task use task arithmetic.',
    message: (d: { readonly position: number; readonly got: number }) =>
      `the weight of adapter ${d.position} is ${d.got}; RegMean takes weights from 0 on.`,
  }),
  singular: defineError({
    code: 'REGMEAN_SINGULAR',
    summary: 'The sum of Gram matrices is singular: some direction of the inputs occurs in no example.',
    remedy: 'Raise `ridge`, or compute the statistics on more examples.',
    message: (d: { readonly module: string; readonly pivot: number; readonly ridge: number }) =>
      `the Gram matrices of module "${d.module}" are singular at input ${d.pivot} with ridge ${d.ridge}; raise ridge, or use more examples.`,
  }),
};
