import type { z } from 'zod';
import { pluginErrors } from '../errors.js';
import type { OptionIssue } from './option-issue.js';

export type ParsedOptions =
  | { readonly ok: true; readonly options: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly issues: readonly OptionIssue[] };

interface WithOptions {
  readonly id: string;
  readonly options: z.ZodObject;
}

/** Fills in defaults and checks every option. An option that the strategy does not know is an issue: a misspelt name must not pass as a default. */
export function checkOptions(strategy: WithOptions, raw: unknown): ParsedOptions {
  const result = strategy.options.strict().safeParse(raw ?? {});
  if (result.success) return { ok: true, options: result.data as Readonly<Record<string, unknown>> };
  const known = Object.keys(strategy.options.shape);
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

/** @throws STRATEGY_INVALID_OPTIONS with one issue per option that is wrong. */
export function parseOptions(strategy: WithOptions, raw: unknown): Readonly<Record<string, unknown>> {
  const parsed = checkOptions(strategy, raw);
  if (parsed.ok) return parsed.options;
  throw pluginErrors.invalidOptions({ strategy: strategy.id, issues: parsed.issues });
}
