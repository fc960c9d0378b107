import type { Strategy } from '../../contract/strategy.js';

/** Where a strategy can be imported from again: what a worker thread needs, since functions do not travel between threads. */
export interface StrategyOrigin {
  /** `file:` URL of the plugin's entry. */
  readonly entry: string;
  readonly id: string;
}

const origins = new WeakMap<Strategy, StrategyOrigin>();

export function rememberOrigin(strategy: Strategy, origin: StrategyOrigin): void {
  origins.set(strategy, origin);
}

/** Undefined for a strategy that was not loaded from a package, such as one that a test defines on the spot. */
export function originOf(strategy: Strategy): StrategyOrigin | undefined {
  return origins.get(strategy);
}
