import { defineError } from '@crucible/engine/errors';

/** What a compute process itself can refuse. */
export const computeErrors = {
  strategyMissing: defineError({
    code: 'COMPUTE_STRATEGY_MISSING',
    summary: 'The plugin of a queued strategy is not there, or does not work, where the job is computed.',
    remedy: 'Install the plugin on every machine that has a worker, then retry the run.',
    message: (d: { strategy: string; reason: string }) => `strategy "${d.strategy}" cannot be loaded: ${d.reason}`,
  }),
  aborted: defineError({
    code: 'COMPUTE_ABORTED',
    summary: 'A job was stopped while it was computed.',
    remedy: 'Nothing is wrong: somebody cancelled it, or the worker stopped. Retry it if it is still wanted.',
    message: () => 'the job was stopped',
  }),
};
