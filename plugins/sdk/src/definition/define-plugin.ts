import type { Plugin, PluginDefinition } from '../contract/plugin.js';
import { validatePlugin } from './validate-plugin.js';

/** The same symbol in every copy of the SDK, so that a plugin is recognized whichever copy made it. */
const BRAND = Symbol.for('crucible.plugin.v1');

/**
 * A plugin's default export is what this returns: its definition, checked, branded and frozen.
 *
 * @throws PLUGIN_INVALID_DEFINITION, PLUGIN_UNSUPPORTED_OPTION
 */
export function definePlugin(definition: PluginDefinition): Plugin {
  validatePlugin(definition);
  const plugin: Plugin = {
    strategies: Object.freeze([...(definition.strategies ?? [])]),
    adapterMethods: Object.freeze([...(definition.adapterMethods ?? [])]),
    evaluators: Object.freeze([...(definition.evaluators ?? [])]),
  };
  Object.defineProperty(plugin, BRAND, { value: true });
  return Object.freeze(plugin);
}

export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && BRAND in value;
}
