import type { Strategy } from '@crucible/sdk';
import { strategiesOf, wrappedChain, type PluginRegistry } from '@crucible/sdk/host';

/** What a wrapper wraps by its options, as `id@version`, the outermost first; nothing for other strategies. */
export function wrappedVersions(
  strategy: Strategy,
  options: Readonly<Record<string, unknown>>,
  plugins: PluginRegistry,
): readonly string[] {
  return wrappedChain(strategy, options, strategiesOf(plugins))
    .slice(1)
    .map(({ id }) => `${id}@${plugins.strategies.get(id)!.plugin.version}`);
}
