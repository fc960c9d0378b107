import { defineError } from '@crucible/engine/errors';

/** Why a queued job did not come to its end. */
export const jobErrors = {
  computeDied: defineError({
    code: 'JOB_COMPUTE_DIED',
    summary: 'The compute process of a job ended by itself, again and again.',
    remedy: 'A plugin that exits or a system short of memory does this; look at the log of the run, then retry it.',
    message: (d: { exit: string; times: number }) =>
      `the compute process ended with ${d.exit}, ${d.times} times in a row; the job was given up`,
  }),
  timeout: defineError({
    code: 'JOB_TIMEOUT',
    summary: 'A job took longer than its kind may.',
    remedy: 'Ask for less, or raise CRUCIBLE_JOB_TIMEOUT (seconds).',
    message: (d: { seconds: number }) => `the job did not end within ${d.seconds} s and was stopped`,
  }),
  memory: defineError({
    code: 'JOB_MEMORY_EXCEEDED',
    summary: 'A compute process grew beyond its memory cap.',
    remedy: 'Ask for less (a smaller output rank, fewer adapters), or raise CRUCIBLE_COMPUTE_MEMORY (bytes).',
    message: (d: { bytes: number; limit: number }) =>
      `the compute process held ${d.bytes} bytes of memory, at most ${d.limit} are allowed, and was stopped`,
  }),
  evaluationFailed: defineError({
    code: 'JOB_EVALUATION_FAILED',
    summary: 'A fusion succeeded, but its output could not be scored on every task.',
    remedy: 'The message names the task and why; `retryJob` scores again without fusing again.',
    message: (d: { task: string; problem: string }) => `the output could not be scored on "${d.task}": ${d.problem}`,
  }),
  sweepFailed: defineError({
    code: 'JOB_SWEEP_FAILED',
    summary: 'No point of a sweep could be computed, or the chosen one could not be scored on `test`.',
    remedy: 'Look at the problem of its runs; `retryJob` tries those that failed again.',
    message: (d: { failed: number; total: number }) =>
      `${d.failed} of ${d.total} points failed, so that none could be chosen and reported`,
  }),
  experimentFailed: defineError({
    code: 'JOB_EXPERIMENT_FAILED',
    summary: 'Some cells of an experiment could not be computed.',
    remedy: 'The cells say why; what the others gave is there. `retryJob` computes what is missing, and nothing twice.',
    message: (d: { missing: number; total: number; problem: string }) =>
      `${d.missing} of ${d.total} cells could not be computed; the first because: ${d.problem}`,
  }),
  unexpected: defineError({
    code: 'JOB_UNEXPECTED',
    summary: 'A job failed in a way that has no code of its own.',
    remedy: 'This is a defect, of Crucible or of a plugin: report it with the log of the run.',
    message: (d: { problem: string }) => d.problem,
  }),
};
