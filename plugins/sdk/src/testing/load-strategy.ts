import type { Strategy } from '../contract/strategy.js';
import { discoverPlugins } from '../host/plugins/discover-plugins.js';
import { loadPlugin } from '../host/plugins/load-plugin.js';

/** A strategy of a built package beside `packageFolder`, through the platform's door: what a wrapper's test wraps, without a dependency on it. */
export async function loadStrategy(packageFolder: string, id: string): Promise<Strategy> {
  const listings = await discoverPlugins({ root: packageFolder, folder: `${packageFolder}/..` });
  const listing = listings.find(({ manifest }) => manifest?.strategies.includes(id));
  if (listing === undefined) throw new Error(`no package beside ${packageFolder} announces the strategy "${id}"`);
  const loaded = await loadPlugin(listing);
  if (loaded.status !== 'LOADED') throw new Error(`${loaded.name}: ${loaded.reason ?? loaded.status}`);
  return loaded.plugin.strategies.find((strategy) => strategy.id === id)!;
}
