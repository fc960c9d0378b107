import type { FusionContext } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import { fusionErrors } from '../fusion-errors.js';
import { fusionLimits } from '../fusion-limits.js';
import type { FusionRequest } from '../fusion-run.js';
import { createModuleFuser } from './module-fuser.js';
import { createLocalPool, type ModulePool } from './module-pool.js';

export interface PoolSetup {
  readonly request: FusionRequest;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly space: FusionSpace;
  readonly context: FusionContext;
  readonly log: (message: string) => void;
}

/** One process computes here; more are worker threads, for which the strategy must come from a package that they can import too. */
export async function openPool({ request, options, space, context }: PoolSetup): Promise<ModulePool> {
  const { strategy, processes = 1, outputRank, tf, members, signal } = request;
  if (!Number.isInteger(processes) || processes < 1 || processes > fusionLimits.processes) {
    throw fusionErrors.limitExceeded({ what: 'processes', got: processes, limit: fusionLimits.processes });
  }
  const weights = members.map(({ weight }) => weight);
  const setup = { strategyId: strategy.id, options, space, outputRank, weights };
  const own = strategy.kind === 'MODULE' ? { strategy } : {};
  return createLocalPool(createModuleFuser({ ...setup, ...own, tf, context }), signal);
}
