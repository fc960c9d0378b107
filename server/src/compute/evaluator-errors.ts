import { defineError } from '@crucible/engine/errors';

/** What can keep an evaluator from asking a model elsewhere. */
export const evaluatorErrors = {
  missing: defineError({
    code: 'EVALUATOR_MISSING',
    summary: 'An evaluator is not installed, or its plugin does not work.',
    remedy: 'Install the plugin again; the list of plugins says what is wrong with it.',
    message: (d: { evaluator: string; reason: string }) => `the evaluator "${d.evaluator}" is not there: ${d.reason}`,
  }),
  endpointForbidden: defineError({
    code: 'EVALUATOR_ENDPOINT_FORBIDDEN',
    summary: 'An evaluator was to send a request to an address that the operator has not allowed.',
    remedy:
      'Add the address to CRUCIBLE_EVALUATOR_ENDPOINTS of the worker, which lists addresses separated by spaces or commas.',
    message: (d: { url: string }) => `${d.url} is not among the endpoints that evaluators may ask`,
  }),
  answerTooLarge: defineError({
    code: 'EVALUATOR_ANSWER_TOO_LARGE',
    summary: 'A server answered an evaluator with more bytes than are read.',
    remedy: 'Check what server it is.',
    message: (d: { url: string; limit: number }) => `${d.url} answered with more than ${d.limit} bytes`,
  }),
  answerInvalid: defineError({
    code: 'EVALUATOR_ANSWER_INVALID',
    summary: 'An evaluator did not answer what it was asked.',
    remedy: 'Report it to the author of the plugin.',
    message: (d: { evaluator: string; problem: string }) => `the evaluator "${d.evaluator}": ${d.problem}`,
  }),
} as const;
