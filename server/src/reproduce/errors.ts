import { defineError } from '@crucible/engine/errors';

/** What can go wrong when a published experiment is repeated. */
export const reproduceErrors = {
  recipeUnknown: defineError({
    code: 'REPRODUCE_RECIPE_UNKNOWN',
    summary: 'There is no experiment of that name to repeat.',
    remedy: 'Name one of those in the message.',
    message: (d: { readonly got: string; readonly known: readonly string[] }) =>
      `there is no ${JSON.stringify(d.got)}; there are ${d.known.join(', ')}.`,
  }),
  dataMissing: defineError({
    code: 'REPRODUCE_DATA_MISSING',
    summary: 'A data set has no parquet files where they were expected.',
    remedy: 'Check the data set’s page on the hub; its split may have moved.',
    message: (d: { readonly repo: string; readonly folder: string }) => `${d.repo} has no parquet file in ${d.folder}.`,
  }),
  hubFailed: defineError({
    code: 'REPRODUCE_HUB_FAILED',
    summary: 'The hub did not give a file.',
    remedy:
      'This needs an internet connection (or HF_ENDPOINT, a mirror); --smoke needs none. What arrived is kept: run it again.',
    message: (d: { readonly what: string; readonly why: string }) => `${d.what}: ${d.why}`,
  }),
  stepFailed: defineError({
    code: 'REPRODUCE_STEP_FAILED',
    summary: 'The server could not do a step.',
    remedy: 'Read what it said in the message, and its page in docs/errors.md.',
    message: (d: { readonly step: string; readonly problem: string }) => `${d.step}: ${d.problem}`,
  }),
} as const;
