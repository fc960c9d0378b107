import type { Strategy } from '../contract/strategy.js';
import { pluginErrors } from '../errors.js';
import { checkOwnOptions, type ParsedOptions, type WithOptions } from './check-own-options.js';
import { checkRule, type StrategyDirectory } from './check-rule.js';
import type { OptionIssue } from './option-issue.js';
import { checkSchedules, type ParsedSchedules } from './schedule.js';

/** A strategy, or no more of one than its options, which is then a rule without options of the platform's. */
type Parsed = Strategy | (WithOptions & { readonly kind?: undefined });

/**
 * Fills in defaults and checks every option, those that the platform adds among them: `schedules`, and a wrapper's `rule`,
 * by the schema of the strategy that it names.
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
  if (strategy.kind === undefined || strategy.kind === 'SEARCH' || !isRecord(raw ?? {})) {
    return checkOwnOptions(strategy, raw);
  }
  const { rule, schedules, ...rest } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const wraps = strategy.kind === 'WRAPPER';
  const given = wraps || rule === undefined ? rest : { ...rest, rule };
  const own = checkOwnOptions(strategy, given, wraps ? ['rule'] : []);
  const wrapped = wraps ? checkRule(strategy, rule, strategies, depth, check) : undefined;
  const scheduled = checkSchedules(strategy, schedules ?? [], depth > 0);
  if (own.ok && wrapped?.ok !== false && scheduled.ok) {
    return {
      ok: true,
      options: {
        ...own.options,
        ...(wrapped && { rule: wrapped.options }),
        // Left out where there are none, so that what was never scheduled looks as it always did.
        ...(scheduled.schedules.length > 0 && { schedules: scheduled.schedules }),
      },
    };
  }
  const below = (name: string, parsed: ParsedOptions | ParsedSchedules | undefined): readonly OptionIssue[] =>
    parsed?.ok === false ? parsed.issues.map(({ path, message }) => ({ path: [name, ...path], message })) : [];
  return {
    ok: false,
    issues: [...(own.ok ? [] : own.issues), ...below('rule', wrapped), ...below('schedules', scheduled)],
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
