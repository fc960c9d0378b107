import { defineError } from '@crucible/engine/errors';

/** What can be wrong with a demo workspace. */
export const workspaceErrors = {
  missing: defineError({
    code: 'DEMO_WORKSPACE_MISSING',
    summary: 'There is no demo workspace in the folder.',
    remedy: 'Name a folder that holds workspace.json; `workspaceDirectory` is the shipped one.',
    message: (d: { readonly directory: string }) => `${d.directory} has no workspace.json that can be read.`,
  }),
  invalid: defineError({
    code: 'DEMO_WORKSPACE_INVALID',
    summary: 'workspace.json breaks a rule.',
    remedy: 'Make it anew with `npm run make:figures -w @crucible/demo`, or take it from the repository again.',
    message: (d: { readonly file: string; readonly rule: string }) => `${d.file}: ${d.rule}.`,
  }),
} as const;
