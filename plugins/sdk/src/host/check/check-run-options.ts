import type { RunFacts, Strategy } from '../../contract/strategy.js';
import { strategyFailed } from '../../errors.js';
import { wrappedBy, type StrategyDirectory } from '../../options/check-rule.js';
import { HOST_OPTIONS } from '../../options/host-options.js';
import type { OptionIssue } from '../../options/option-issue.js';
import type { Schedule } from '../../options/schedule.js';

type Options = Readonly<Record<string, unknown>>;

/**
 * What is wrong with options that are right by themselves, once it is known how many adapters there are and whether the base's weights are at hand:
 * schedules that name an adapter by its position, and what the strategy says about itself (`check`). Goes down into what a wrapper wraps.
 *
 * @param options Parsed by `checkOptions` with the same directory.
 * @throws STRATEGY_FAILED when the strategy's own check throws
 */
export function checkRunOptions(
  strategy: Strategy,
  options: Options,
  run: RunFacts,
  strategies: StrategyDirectory = new Map(),
): readonly OptionIssue[] {
  const own = [...scheduleIssues(options, run.adapterCount), ...askStrategy(strategy, options, run)];
  if (strategy.kind !== 'WRAPPER') return own;
  const rule = wrappedBy(strategy, options);
  // A wrapper changes coordinates, in which there is no θ0.
  const inside = { ...run, baseWeights: false };
  const inner = checkRunOptions(strategies.get(rule.id)!, rule.options, inside, strategies);
  return [...own, ...inner.map(({ path, message }) => ({ path: ['rule', rule.id, ...path], message }))];
}

function scheduleIssues(options: Options, adapters: number): readonly OptionIssue[] {
  const schedules = (options['schedules'] ?? []) as readonly Schedule[];
  return schedules.flatMap(({ adapter }, index) => {
    if (adapter === undefined || adapter < adapters) return [];
    const path = ['schedules', index, 'adapter'];
    return [{ path, message: `got ${adapter}, and there are ${adapters} adapters, from 0` }];
  });
}

function askStrategy(strategy: Strategy, options: Options, run: RunFacts): readonly OptionIssue[] {
  if (strategy.check === undefined) return [];
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !HOST_OPTIONS.includes(name)));
  try {
    return strategy.check(own, run);
  } catch (error) {
    throw strategyFailed(strategy, 'check', error);
  }
}
