import type { Evaluator } from '../../contract/evaluator.js';
import type { AdapterMethodDefinition } from '../../contract/plugin.js';
import type { Strategy } from '../../contract/strategy.js';
import { discoverPlugins, type DiscoveryOptions } from './discover-plugins.js';
import { loadPlugin, type LoadOptions } from './load-plugin.js';
import type { LoadedPlugin, PluginListing } from './plugin-listing.js';

export interface InstalledStrategy {
  readonly strategy: Strategy;
  readonly plugin: LoadedPlugin;
}
export interface InstalledMethod {
  readonly method: AdapterMethodDefinition;
  readonly plugin: LoadedPlugin;
}

export interface InstalledEvaluator {
  readonly evaluator: Evaluator;
  readonly plugin: LoadedPlugin;
}

/** Everything that is installed, whether it works or not, and what of it can be used. */
export interface PluginRegistry {
  readonly plugins: readonly (LoadedPlugin | PluginListing)[];
  /** By id, in the order of plugins and of their lists. */
  readonly strategies: ReadonlyMap<string, InstalledStrategy>;
  readonly adapterMethods: ReadonlyMap<string, InstalledMethod>;
  /** Absent: none. */
  readonly evaluators?: ReadonlyMap<string, InstalledEvaluator>;
}

/** Discovers and loads: the one door by which strategies enter, our own like everybody's. One import at a time, so that order is stable. */
export async function loadPlugins(options: DiscoveryOptions & LoadOptions): Promise<PluginRegistry> {
  const plugins: (LoadedPlugin | PluginListing)[] = [];
  for (const listing of await discoverPlugins(options)) plugins.push(await loadPlugin(listing, options));
  const loaded = plugins.filter((plugin) => plugin.status === 'LOADED');
  return {
    plugins,
    strategies: new Map(
      loaded.flatMap((plugin) =>
        plugin.plugin.strategies.map((strategy) => [strategy.id, { strategy, plugin }] as const),
      ),
    ),
    adapterMethods: new Map(
      loaded.flatMap((plugin) =>
        plugin.plugin.adapterMethods.map((method) => [method.id, { method, plugin }] as const),
      ),
    ),
    evaluators: new Map(
      loaded.flatMap(
        (plugin) => plugin.plugin.evaluators?.map((evaluator) => [evaluator.id, { evaluator, plugin }] as const) ?? [],
      ),
    ),
  };
}

/** The strategies by id, without where they come from: among these a wrapper finds what it wraps. */
export function strategiesOf({ strategies }: Pick<PluginRegistry, 'strategies'>): ReadonlyMap<string, Strategy> {
  return new Map([...strategies].map(([id, { strategy }]) => [id, strategy]));
}
