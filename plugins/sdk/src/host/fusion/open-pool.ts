import type { FusionContext } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { fusionErrors } from '../fusion-errors.js';
import { fusionLimits } from '../fusion-limits.js';
import type { FusionRequest } from '../fusion-run.js';
import { originOf } from '../plugins/strategy-origin.js';
import { createModuleFuser } from './module-fuser.js';
import { createLocalPool, type ModulePool } from './module-pool.js';
import { openThreadPool } from './thread-pool.js';

export interface PoolSetup {
  readonly request: FusionRequest;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly context: FusionContext;
  readonly log: (message: string) => void;
}

/**
 * One process computes here; more are worker threads, for which the strategy must come from a package that they can import too. One that does not is
 * computed here, which changes the time and not the bytes.
 */
export async function openPool({ request, options, space, context, log }: PoolSetup): Promise<ModulePool> {
  const { strategy, processes = 1, outputRank, tf, members, signal, seed } = request;
  if (!Number.isInteger(processes) || processes < 1 || processes > fusionLimits.processes) {
    throw fusionErrors.limitExceeded({ what: 'processes', got: processes, limit: fusionLimits.processes });
  }
  const weights = members.map(({ weight }) => weight);
  const setup = { strategyId: strategy.id, options, space, outputRank, weights };
  const origin = originOf(strategy);
  if (processes > 1 && (strategy.kind === 'SEARCH' || origin !== undefined)) {
    // What a search found is a combination, for which a worker needs no strategy.
    const imported = strategy.kind === 'MODULE' && origin ? { origin } : {};
    return openThreadPool(processes, { ...setup, ...imported, seed, backend: tf.getBackend() }, signal, log);
  }
  if (processes > 1) log(`strategy "${strategy.id}" was not loaded from a package: one process computes it`);
  const own = strategy.kind === 'MODULE' ? { strategy } : {};
  return createLocalPool(createModuleFuser({ ...setup, ...own, tf, context }), signal);
}
