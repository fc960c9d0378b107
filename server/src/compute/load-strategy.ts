import { fileURLToPath } from 'node:url';
import type { Strategy } from '@crucible/sdk';
import { discoverPlugins, loadPlugin } from '@crucible/sdk/host';
import { computeErrors } from './errors.js';

/** Folder of the server's package: its dependencies are where plugins are looked for. */
export const HOST_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** Where plugins are found: among the server's dependencies, and in the folder of `CRUCIBLE_PLUGINS`. */
export function pluginPlaces(): { readonly root: string; readonly folder?: string } {
  const folder = process.env['CRUCIBLE_PLUGINS'];
  return folder === undefined || folder === '' ? { root: HOST_FOLDER } : { root: HOST_FOLDER, folder };
}

/** Imports the one plugin that announces the strategy, and no other: what is not needed cannot do harm. */
export async function loadStrategy(id: string): Promise<Strategy> {
  const listings = await discoverPlugins(pluginPlaces());
  const listing = listings.find(({ manifest, status }) => status === 'FOUND' && manifest?.strategies.includes(id));
  if (listing === undefined)
    throw computeErrors.strategyMissing({ strategy: id, reason: 'no installed plugin brings it' });
  const loaded = await loadPlugin(listing);
  const strategy = loaded.status === 'LOADED' ? loaded.plugin.strategies.find((each) => each.id === id) : undefined;
  if (strategy !== undefined) return strategy;
  const reason = loaded.status === 'LOADED' ? 'its plugin does not define it' : (loaded.reason ?? loaded.status);
  throw computeErrors.strategyMissing({ strategy: id, reason });
}
