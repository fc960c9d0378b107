import { defineError } from '../errors/index.js';

/** What compiled forward passes refuse. */
export const forwardErrors = {
  unsupported: defineError({
    code: 'FORWARD_UNSUPPORTED',
    summary: 'A model’s forward pass cannot be compiled.',
    remedy: 'Score it with `createScorer`, which takes every model.',
    message: (d: { why: string }) => `this model's forward pass cannot be compiled: ${d.why}`,
  }),
  mismatched: defineError({
    code: 'FORWARD_UPDATE_MISMATCHED',
    summary: 'Updates do not fit the model that they are folded into.',
    remedy: 'Take an adapter of this base model.',
    message: (d: { module: string; got: string; expected: string }) =>
      `the update of "${d.module}": got ${d.got}, expected ${d.expected}`,
  }),
};
