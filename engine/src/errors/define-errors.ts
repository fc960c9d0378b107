import { CrucibleError, type ErrorEntry } from './crucible-error.js';

/** One line of a package's error catalogue: its entry, and the message that this occurrence gets. */
export interface ErrorDefinition<Details extends object> extends ErrorEntry {
  /** Says what was got, what was expected, and what to do. */
  readonly message: (details: Details) => string;
}

export type ErrorFactory<Details extends object> = ((details: Details, cause?: unknown) => CrucibleError) & {
  readonly entry: ErrorEntry;
};

/**
 * Makes a factory of each definition. Usage:
 *
 * ```ts
 * export const tensorErrors = { headerTooLong: defineError({ code: 'TENSORS_HEADER_TOO_LONG', summary: '…', remedy: '…',
 *   message: (d: { file: string; got: bigint; limit: number }) => `…` }) };
 * throw tensorErrors.headerTooLong({ file, got, limit });
 * ```
 */
export function defineError<Details extends object>(definition: ErrorDefinition<Details>): ErrorFactory<Details> {
  const { code, summary, remedy, message } = definition;
  const entry: ErrorEntry = { code, summary, remedy };
  const create = (details: Details, cause?: unknown): CrucibleError =>
    new CrucibleError(entry, message(details), { ...(details as Record<string, unknown>) }, cause);
  return Object.assign(create, { entry });
}
