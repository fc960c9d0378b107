import type { ModuleStrategy, Strategy } from '../../contract/strategy.js';
import { createContext } from '../fusion/create-context.js';
import { openBackend } from '../fusion/open-backend.js';
import { importPlugin } from '../plugins/load-plugin.js';
import { pluginLimits } from '../plugins/plugin-limits.js';
import { resolveStrategy } from '../wrapper/resolve-strategy.js';
import { ModelFuser } from './model-fuser.js';
import type { ModelWorkerSetup } from './model-protocol.js';
import type { PieceCombiner } from './piece-combiner.js';

/** Imports a strategy, and what it wraps, into this thread. */
export async function openModelFuser(
  setup: ModelWorkerSetup,
  combiner: PieceCombiner,
  log: (message: string) => void,
): Promise<ModelFuser> {
  const tf = await openBackend(setup.backend);
  const strategies = new Map<string, Strategy>();
  for (const { id, entry } of setup.origins) {
    const plugin = await importPlugin(id, entry, pluginLimits.importTimeout);
    const strategy = plugin.strategies.find((each) => each.id === id);
    if (strategy === undefined) throw new Error(`${entry} has no strategy "${id}" any more`);
    strategies.set(id, strategy);
  }
  const strategy = resolveStrategy(strategies.get(setup.strategyId)!, setup.options, strategies) as ModuleStrategy;
  // The host ends an aborted thread from outside; nothing in here could hear it during a computation.
  const { signal } = new AbortController();
  const context = createContext({ tf, signal, seed: setup.seed, log });
  return new ModelFuser({ ...setup, strategy, tf, context }, combiner);
}
