import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isCrucibleError } from '@crucible/engine/errors';
import type { Plugin, PluginManifest } from '../../contract/plugin.js';
import { isPlugin } from '../../definition/define-plugin.js';
import { validatePlugin } from '../../definition/validate-plugin.js';
import { pluginErrors } from '../../errors.js';
import { pluginLimits } from './plugin-limits.js';
import type { LoadedPlugin, PluginListing } from './plugin-listing.js';
import { rememberOrigin } from './strategy-origin.js';

export interface LoadOptions {
  /** Milliseconds that the import may take. */
  readonly importTimeout?: number;
}

/**
 * Imports a plugin that was found, and holds it to its manifest. Never throws: a plugin that throws, hangs in its import, lacks the brand,
 * or defines something else than it announced, comes back as FAILED with the reason. Other listings come back as they are.
 */
export async function loadPlugin(
  listing: PluginListing,
  options: LoadOptions = {},
): Promise<LoadedPlugin | PluginListing> {
  const { manifest } = listing;
  if (listing.status !== 'FOUND' || manifest === undefined) return listing;
  const entry = pathToFileURL(join(listing.path, manifest.entry)).href;
  try {
    const plugin = await importPlugin(listing.name, entry, options.importTimeout ?? pluginLimits.importTimeout);
    checkManifest(listing.name, manifest, plugin);
    plugin.strategies.forEach((strategy) => rememberOrigin(strategy, { entry, id: strategy.id }));
    return { ...listing, status: 'LOADED', manifest, plugin };
  } catch (error) {
    const { code, message } = isCrucibleError(error) ? error : importFailed(listing.name, entry, error);
    return { ...listing, status: 'FAILED', code, reason: message };
  }
}

/** @internal Imports the module and takes its default export, if that is a plugin. */
export async function importPlugin(name: string, entry: string, timeout: number): Promise<Plugin> {
  const module: unknown = await withTimeout(import(/* @vite-ignore */ entry), name, entry, timeout);
  const plugin = (module as { readonly default?: unknown }).default;
  if (!isPlugin(plugin)) throw pluginErrors.notAPlugin({ package: name, entry });
  // The brand can be forged and another version of the SDK may check less, so what was defined is checked here as well.
  validatePlugin(plugin);
  return plugin;
}

async function withTimeout<T>(work: Promise<T>, name: string, entry: string, timeout: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const problem = `it has not ended within ${timeout} ms`;
    timer = setTimeout(() => reject(pluginErrors.importFailed({ package: name, entry, problem })), timeout);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function checkManifest(name: string, manifest: PluginManifest, plugin: Plugin): void {
  const compare = (kind: string, announced: readonly string[], defined: readonly string[]): void => {
    if (announced.toSorted().join() === defined.toSorted().join()) return;
    throw pluginErrors.manifestMismatch({ package: name, kind, announced, defined });
  };
  compare(
    'strategies',
    manifest.strategies,
    plugin.strategies.map(({ id }) => id),
  );
  compare(
    'adapter methods',
    manifest.adapterMethods ?? [],
    plugin.adapterMethods.map(({ id }) => id),
  );
  compare('evaluators', manifest.evaluators ?? [], plugin.evaluators?.map(({ id }) => id) ?? []);
}

function importFailed(name: string, entry: string, error: unknown): Error & { code: string } {
  const problem = error instanceof Error ? error.message : String(error);
  return pluginErrors.importFailed({ package: name, entry, problem }, error);
}
