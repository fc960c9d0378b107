import { defineError } from '@crucible/engine/errors';

/** What can be wrong with a merge configuration before it says anything. */
export const mergeConfigErrors = {
  yaml: defineError({
    code: 'MERGE_CONFIG_YAML',
    summary: 'A merge configuration is no YAML, or not of the shape that one has.',
    remedy: 'Correct the line that the message names.',
    message: (d: { line: number; column: number; problem: string }) =>
      `line ${d.line}, column ${d.column}: ${d.problem}`,
  }),
  tooLarge: defineError({
    code: 'MERGE_CONFIG_TOO_LARGE',
    summary: 'A merge configuration is larger than what is read of one.',
    remedy: 'Split it, or fuse over the API.',
    message: (d: { what: string; got: number; limit: number }) =>
      `${d.what}: got ${d.got}, at most ${d.limit} are read`,
  }),
};
