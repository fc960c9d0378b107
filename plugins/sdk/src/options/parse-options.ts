import type { Strategy } from '../contract/strategy.js';
import { pluginErrors } from '../errors.js';
import { checkOwnOptions, type ParsedOptions, type WithOptions } from './check-own-options.js';
import { checkRule, type StrategyDirectory } from './check-rule.js';

/** A strategy, or no more of one than its options, which is then a rule without options of the platform's. */
type Parsed = Strategy | (WithOptions & { readonly kind?: undefined });

/**
 * Fills in defaults and checks every option, those that the platform adds among them: a wrapper's `rule`, by the schema of the strategy that it names.
 *
 * @param strategies Where a wrapper finds what it wraps.
 */
export function checkOptions(strategy: Parsed, raw: unknown, strategies?: StrategyDirectory): ParsedOptions {
  return check(strategy, raw, strategies, 0);
}

function check(
  strategy: Parsed,
  raw: unknown,
  strategies: StrategyDirectory | undefined,
  depth: number,
): ParsedOptions {
  if (strategy.kind !== 'WRAPPER' || !isRecord(raw ?? {})) return checkOwnOptions(strategy, raw);
  const { rule, ...rest } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const own = checkOwnOptions(strategy, rest, ['rule']);
  const wrapped = checkRule(strategy, rule, strategies, depth, check);
  if (own.ok && wrapped.ok) return { ok: true, options: { ...own.options, rule: wrapped.options } };
  const issuesOfRule = wrapped.ok ? [] : wrapped.issues;
  return {
    ok: false,
    issues: [
      ...(own.ok ? [] : own.issues),
      ...issuesOfRule.map(({ path, message }) => ({ path: ['rule', ...path], message })),
    ],
  };
}

/** @throws STRATEGY_INVALID_OPTIONS with one issue per option that is wrong. */
export function parseOptions(
  strategy: Parsed,
  raw: unknown,
  strategies?: StrategyDirectory,
): Readonly<Record<string, unknown>> {
  const parsed = checkOptions(strategy, raw, strategies);
  if (parsed.ok) return parsed.options;
  throw pluginErrors.invalidOptions({ strategy: strategy.id, issues: parsed.issues });
}

const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
