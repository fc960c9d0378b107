import { defineError } from '../errors/index.js';

/** What can be wrong with the choice of a backend. */
export const backendErrors = {
  unknown: defineError({
    code: 'BACKEND_UNKNOWN',
    summary: 'The backend that was asked for does not exist.',
    remedy: 'Set CRUCIBLE_BACKEND to one of the names in the error, or unset it.',
    message: (d: { readonly got: string; readonly known: readonly string[] }) =>
      `there is no backend ${JSON.stringify(d.got)}; there are ${d.known.join(', ')}.`,
  }),
  unavailable: defineError({
    code: 'BACKEND_UNAVAILABLE',
    summary: 'The backend that was asked for does not work on this machine.',
    remedy: 'Install what it needs (npm run backend:add), or unset CRUCIBLE_BACKEND to use what works.',
    message: (d: { readonly backend: string; readonly why: string }) =>
      `backend ${d.backend} does not work here: ${d.why}.`,
  }),
} as const;
