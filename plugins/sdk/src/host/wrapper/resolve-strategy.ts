import type { ModuleStrategy, SearchStrategy, Strategy } from '../../contract/strategy.js';
import { checkOptions } from '../../options/parse-options.js';
import { wrappedBy, type StrategyDirectory } from '../../options/check-rule.js';
import { composeWrapper } from './compose-wrapper.js';

/** A strategy as a run computes it: a wrapper with what it wraps, composed into one rule. */
export type ResolvedStrategy = ModuleStrategy | SearchStrategy;

/**
 * Wrappers composed with what their options name, all the way down.
 *
 * @param options Parsed by `checkOptions` with the same directory.
 */
export function resolveStrategy(
  strategy: Strategy,
  options: Readonly<Record<string, unknown>>,
  strategies: StrategyDirectory = new Map(),
): ResolvedStrategy {
  if (strategy.kind !== 'WRAPPER') return strategy;
  const rule = wrappedBy(strategy, options);
  const inner = resolveStrategy(strategies.get(rule.id)!, rule.options, strategies);
  return composeWrapper(strategy, inner as ModuleStrategy);
}

/** Ids of the strategy and of all that its options wrap, the outermost first. */
export function wrappedChain(
  strategy: Strategy,
  options: Readonly<Record<string, unknown>>,
  strategies: StrategyDirectory = new Map(),
): readonly Strategy[] {
  if (strategy.kind !== 'WRAPPER') return [strategy];
  const rule = wrappedBy(strategy, options);
  return [strategy, ...wrappedChain(strategies.get(rule.id)!, rule.options, strategies)];
}

/** As far as the options are valid: a wrapper whose options are not stands for itself, so that checks can still say what else is wrong. */
export function resolveForCheck(strategy: Strategy, options: unknown, strategies?: StrategyDirectory): Strategy {
  if (strategy.kind !== 'WRAPPER') return strategy;
  const parsed = checkOptions(strategy, options, strategies);
  return parsed.ok ? resolveStrategy(strategy, parsed.options, strategies) : strategy;
}
