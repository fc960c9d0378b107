const STRATEGY = Symbol('strategy of applied options');

/** Options of a run, marked with the strategy that they belong to: how the union `StrategyOptions` finds its member. */
export function appliedOptions(strategy: string, options: Readonly<Record<string, unknown>>): object {
  return { ...options, [STRATEGY]: strategy };
}

export function strategyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && STRATEGY in value ? value[STRATEGY] : undefined;
}
