import type { FusionContext } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { fusionErrors } from '../fusion-errors.js';
import { fusionLimits } from '../fusion-limits.js';
import type { FusionRequest } from '../fusion-run.js';
import { originOf } from '../plugins/strategy-origin.js';
import { wrappedChain, type ResolvedStrategy } from '../wrapper/resolve-strategy.js';
import { createModuleFuser } from './module-fuser.js';
import { createLocalPool, type ModulePool } from './module-pool.js';
import { openThreadPool } from './thread-pool.js';

export interface PoolSetup {
  readonly request: FusionRequest;
  /** The request's, composed with what it wraps. */
  readonly strategy: ResolvedStrategy;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly context: FusionContext;
  readonly log: (message: string) => void;
}

/**
 * One process computes here; more are worker threads, for which the strategy, and what it wraps, must come from packages that they can import too. One that does not is
 * computed here, which changes the time and not the bytes.
 */
export async function openPool(given: PoolSetup): Promise<ModulePool> {
  const { request, strategy, options, space, context, log } = given;
  const { processes = 1, outputRank, tf, members, signal, seed } = request;
  if (!Number.isInteger(processes) || processes < 1 || processes > fusionLimits.processes) {
    throw fusionErrors.limitExceeded({ what: 'processes', got: processes, limit: fusionLimits.processes });
  }
  const weights = members.map(({ weight }) => weight);
  const setup = { strategyId: strategy.id, options, space, outputRank, weights };
  // What a search found is a combination, for which a worker needs no strategy.
  const chain = strategy.kind === 'SEARCH' ? [] : wrappedChain(request.strategy, options, request.strategies);
  const origins = chain.map(originOf);
  if (processes > 1 && origins.every((origin) => origin !== undefined)) {
    return openThreadPool(processes, { ...setup, origins, seed, backend: tf.getBackend() }, signal, log);
  }
  if (processes > 1) {
    const without = chain[origins.indexOf(undefined)]!.id;
    log(`strategy "${without}" was not loaded from a package: one process computes it`);
  }
  const own = strategy.kind === 'MODULE' ? { strategy } : {};
  return createLocalPool(createModuleFuser({ ...setup, ...own, tf, context }), signal);
}
