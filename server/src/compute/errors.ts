import { defineError } from '@crucible/engine/errors';

/** What a compute process itself can refuse. */
export const computeErrors = {
  strategyMissing: defineError({
    code: 'COMPUTE_STRATEGY_MISSING',
    summary: 'The plugin of a queued strategy is not there, or does not work, where the job is computed.',
    remedy: 'Install the plugin on every machine that has a worker, then retry the run.',
    message: (d: { strategy: string; reason: string }) => `strategy "${d.strategy}" cannot be loaded: ${d.reason}`,
  }),
  unscorable: defineError({
    code: 'COMPUTE_MODEL_UNSUITED',
    summary: 'A task has no head for the base, and the model itself cannot answer it.',
    remedy:
      'Score it on a model with a classifier of the task’s classes, a language model or a whole CLIP, or import a head.',
    message: (d: { model: string; needs: string; got: number }) =>
      `the task needs ${d.needs}; this ${d.model} model has ${d.got}`,
  }),
  aborted: defineError({
    code: 'COMPUTE_ABORTED',
    summary: 'A job was stopped while it was computed.',
    remedy: 'Nothing is wrong: somebody cancelled it, or the worker stopped. Retry it if it is still wanted.',
    message: () => 'the job was stopped',
  }),
};
