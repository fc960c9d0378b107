import type { Response } from 'express';
import { isCrucibleError } from '@crucible/engine/errors';
import { formatError, type ReportError } from '../errors/format-error.js';

/** Answers a request outside of GraphQL with an error in GraphQL's own form: one client code reads both. */
export function sendProblem(
  response: Response,
  error: unknown,
  options: { readonly statuses: Readonly<Record<string, number>>; readonly report: ReportError },
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = isCrucibleError(error) ? (options.statuses[error.code] ?? 422) : 500;
  const { message, extensions } = formatError(error, options.report);
  response
    .status(status)
    .set('cache-control', 'no-store')
    .json({ errors: [{ message, extensions }] });
}
