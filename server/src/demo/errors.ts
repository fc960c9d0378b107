import { defineError } from '@crucible/engine/errors';

export const demoErrors = {
  requestFailed: defineError({
    code: 'DEMO_REQUEST_FAILED',
    summary: 'The demo asked the API for something that it refused.',
    remedy: 'Read the reason; if the workspace is from an older version, move `.crucible` away and start again.',
    message: ({ message }: { message: string }) => `The API refused a request of the demo: ${message}`,
  }),
  jobFailed: defineError({
    code: 'DEMO_JOB_FAILED',
    summary: 'A fusion or an evaluation of the demo ended without a result.',
    remedy: 'Read the problem on the run; `retryRun(id)` queues it again.',
    message: ({ title, problem }: { title: string; problem: string }) => `"${title}" did not succeed: ${problem}`,
  }),
};
