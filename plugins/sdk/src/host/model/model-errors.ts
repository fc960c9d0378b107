import { defineError } from '@crucible/engine/errors';

/** What can be wrong with a fusion of whole models apart from the models themselves. */
export const modelErrors = {
  incompatible: defineError({
    code: 'MODEL_FUSION_INCOMPATIBLE',
    summary: 'These models cannot be fused by this strategy.',
    remedy: 'Each sentence of the message says what to change.',
    message: (d: { strategy: string; problems: readonly string[] }) =>
      `strategy "${d.strategy}" cannot fuse these models: ${d.problems.join(' ')}`,
  }),
  notFinite: defineError({
    code: 'MODEL_FUSION_NOT_FINITE',
    summary: 'A tensor of the fused model would hold NaN or an infinity.',
    remedy: 'Leave out the model that holds such a number; where none does, write BF16 or F32, whose range is larger.',
    message: (d: { tensor: string; dtype: string; folder?: string }) =>
      d.folder === undefined
        ? `tensor "${d.tensor}" of the fused model is not finite in ${d.dtype}: a model holds NaN or an infinity there, or the sum is beyond the range.`
        : `${d.folder}: tensor "${d.tensor}" holds NaN or an infinity.`,
  }),
  noFactors: defineError({
    code: 'MODEL_FUSION_NO_FACTORS',
    summary: 'A rule looks at the factors of adapters, which whole models do not have.',
    remedy: 'Extract an adapter from each model and fuse those, or choose a rule that works on dense task vectors.',
    message: (d: { strategy: string }) =>
      `strategy "${d.strategy}" looks at the factors B and A of its members, and whole models have none; extract adapters and fuse those.`,
  }),
  workerFailed: defineError({
    code: 'MODEL_FUSION_WORKER_FAILED',
    summary: 'A thread that fuses tensors ended unexpectedly.',
    remedy: 'Look at the cause; a plugin that exits the process, or too little memory, does this.',
    message: (d: { problem: string }) => `a worker of the model fusion failed: ${d.problem}`,
  }),
  limitExceeded: defineError({
    code: 'MODEL_FUSION_LIMIT_EXCEEDED',
    summary: 'A fusion of models asks for more than the platform takes on.',
    remedy: 'Ask for less; the message names the limit.',
    message: (d: { what: string; got: number; limit: number }) => `${d.what}: got ${d.got}, expected 1 to ${d.limit}`,
  }),
} as const;
