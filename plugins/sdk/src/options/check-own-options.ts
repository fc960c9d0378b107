import type { z } from 'zod';
import { describeRefusal } from './describe-refusal.js';
import type { OptionIssue } from './option-issue.js';

export type ParsedOptions =
  | { readonly ok: true; readonly options: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly issues: readonly OptionIssue[] };

export interface WithOptions {
  readonly id: string;
  readonly options: z.ZodObject;
}

/**
 * Fills in defaults and checks every option that the strategy itself declares. One that it does not know is an issue: a misspelt name must not pass as
 * a default.
 *
 * @param added Names that the platform adds to it, for the message.
 */
export function checkOwnOptions(strategy: WithOptions, raw: unknown, added: readonly string[] = []): ParsedOptions {
  const result = strategy.options.strict().safeParse(raw ?? {}, { error: describeRefusal });
  if (result.success) return { ok: true, options: result.data as Readonly<Record<string, unknown>> };
  const known = [...Object.keys(strategy.options.shape), ...added];
  return {
    ok: false,
    issues: result.error.issues.flatMap((issue) => {
      const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
      if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: path.length ? 'unknown option' : `unknown option; there are ${known.join(', ') || 'none'}`,
      }));
    }),
  };
}
