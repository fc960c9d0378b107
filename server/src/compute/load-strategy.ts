import { fileURLToPath } from 'node:url';
import { WRAPPER_DEPTH, wrappedBy, type Strategy } from '@crucible/sdk';
import { discoverPlugins, loadPlugin, type PluginListing } from '@crucible/sdk/host';
import { computeErrors } from './errors.js';

/** Folder of the server's package: its dependencies are where plugins are looked for. */
export const HOST_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** Where plugins are found: among the server's dependencies, and in the folder of `CRUCIBLE_PLUGINS`. */
export function pluginPlaces(): { readonly root: string; readonly folder?: string } {
  const folder = process.env['CRUCIBLE_PLUGINS'];
  return folder === undefined || folder === '' ? { root: HOST_FOLDER } : { root: HOST_FOLDER, folder };
}

/** A strategy, and those that its options wrap. */
export interface LoadedStrategies {
  readonly strategy: Strategy;
  /** By id, itself among them. */
  readonly strategies: ReadonlyMap<string, Strategy>;
}

/** Imports the plugins that announce the strategy and what it wraps, and no others: what is not needed cannot do harm. */
export async function loadStrategies(
  id: string,
  options: Readonly<Record<string, unknown>>,
): Promise<LoadedStrategies> {
  const listings = await discoverPlugins(pluginPlaces());
  const strategies = new Map<string, Strategy>();
  const load = async (wanted: string, given: Readonly<Record<string, unknown>>, depth: number): Promise<Strategy> => {
    const strategy = strategies.get(wanted) ?? (await loadFrom(listings, wanted));
    strategies.set(wanted, strategy);
    if (strategy.kind === 'WRAPPER' && depth < WRAPPER_DEPTH) {
      const inner = wrappedBy(strategy, given);
      await load(inner.id, inner.options, depth + 1);
    }
    return strategy;
  };
  return { strategy: await load(id, options, 0), strategies };
}

async function loadFrom(listings: readonly PluginListing[], id: string): Promise<Strategy> {
  const listing = listings.find(({ manifest, status }) => status === 'FOUND' && manifest?.strategies.includes(id));
  if (listing === undefined)
    throw computeErrors.strategyMissing({ strategy: id, reason: 'no installed plugin brings it' });
  const loaded = await loadPlugin(listing);
  const strategy = loaded.status === 'LOADED' ? loaded.plugin.strategies.find((each) => each.id === id) : undefined;
  if (strategy !== undefined) return strategy;
  const reason = loaded.status === 'LOADED' ? 'its plugin does not define it' : (loaded.reason ?? loaded.status);
  throw computeErrors.strategyMissing({ strategy: id, reason });
}
