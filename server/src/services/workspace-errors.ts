import { defineError } from '@crucible/engine/errors';

/** What can be wrong with a workspace folder. */
export const workspaceErrors = {
  invalid: defineError({
    code: 'WORKSPACE_INVALID',
    summary: 'The workspace.json of a folder is not what it should be.',
    remedy: 'Make the workspace anew, or correct what the message names.',
    message: (d: { directory: string; problem: string }) => `${d.directory}/workspace.json: ${d.problem}`,
  }),
  outside: defineError({
    code: 'WORKSPACE_OUTSIDE',
    summary: 'A workspace names a file outside of its folder.',
    remedy: 'Put the file into the folder.',
    message: (d: { file: string }) => `"${d.file}" is outside of the workspace's folder`,
  }),
  damaged: defineError({
    code: 'WORKSPACE_DAMAGED',
    summary: 'A file of a workspace is not the one that its manifest names.',
    remedy: 'Fetch the workspace again; a file was changed or cut off on the way.',
    message: (d: { file: string; got: string; expected: string }) =>
      `"${d.file}" has SHA-256 ${d.got}, expected ${d.expected}`,
  }),
  unknownTask: defineError({
    code: 'WORKSPACE_UNKNOWN_TASK',
    summary: 'A file of a workspace belongs to a task that the workspace does not have.',
    remedy: 'List the task in workspace.json.',
    message: (d: { file: string; task: string }) =>
      `"${d.file}" is for the task "${d.task}", which the workspace lacks`,
  }),
  otherBase: defineError({
    code: 'WORKSPACE_OTHER_BASE',
    summary: 'A file of a workspace was made for another base model.',
    remedy: 'Make it again for this base.',
    message: (d: { file: string; got: string; expected: string }) =>
      `"${d.file}" is for the base with digest ${d.got}, the workspace has ${d.expected}`,
  }),
};
