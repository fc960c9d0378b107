import { InvalidOptions, type StrategyChoice, type SweepInput } from '../../services/index.js';
import { readStrategyInput } from './read-strategy-input.js';

type Installed = Parameters<typeof readStrategyInput>[1];

/** The values of a `StrategyGridInput`, and the options that all its points share. */
export function readGrid(
  input: { readonly grid: Record<string, unknown>; readonly strategy?: Record<string, unknown> | null },
  strategies: Installed,
): { readonly strategy: StrategyChoice; readonly axes: SweepInput['axes'] } | InvalidOptions {
  const grid = readStrategyInput(input.grid, strategies);
  const shared = input.strategy
    ? readStrategyInput(input.strategy, strategies)
    : { strategy: grid.strategy, options: {} };
  if (shared.strategy !== grid.strategy) {
    const message = `grid is over ${grid.strategy} and strategy is ${shared.strategy}; give the same strategy in both, or leave strategy out.`;
    return new InvalidOptions([{ code: 'SWEEP_TWO_STRATEGIES', message, path: ['strategy'] }]);
  }
  const varied = new Set(Object.keys(grid.options));
  return {
    strategy: {
      id: grid.strategy,
      // GraphQL has filled in the defaults of options that the grid varies: the grid's values stand.
      options: Object.fromEntries(Object.entries(shared.options).filter(([name]) => !varied.has(name))),
    },
    axes: Object.entries(grid.options).map(([option, values]) => ({ option, values: values as unknown[] })),
  };
}
