import type { FusionContext } from '../../contract/context.js';
import type { FusionSpace } from '../../contract/fusion-space.js';
import type { SearchObjective, SearchOutcome, SearchStrategy } from '../../contract/strategy.js';
import { pluginErrors, strategyFailed } from '../../errors.js';
import { fusionErrors } from '../fusion-errors.js';
import { groupModules, type ModuleGroups } from './group-modules.js';

export interface SearchRequest {
  readonly strategy: SearchStrategy;
  /** Parsed. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly objective: SearchObjective | undefined;
  /** One per adapter. */
  readonly weights: readonly number[];
  /** Names of all modules, sorted. */
  readonly modules: readonly string[];
  readonly space: FusionSpace;
  readonly context: FusionContext;
  readonly onProgress: (done: number, total: number) => void;
}

/** Coefficients that may be applied: as many as groups times adapters, and finite. */
export interface FoundCoefficients extends SearchOutcome {
  readonly groups: ModuleGroups;
}

/**
 * Lets a strategy look for coefficients. Whatever it does, an abort ends the search at the next look at the objective, and what it answers is checked.
 *
 * @throws FUSION_NO_OBJECTIVE, FUSION_NO_GRADIENT, STRATEGY_FAILED, STRATEGY_INVALID_OUTPUT, and the signal's reason after an abort
 */
export async function runSearch(request: SearchRequest): Promise<FoundCoefficients> {
  const { strategy, options, objective, weights, modules, space, context } = request;
  const { signal } = context;
  if (objective === undefined) throw fusionErrors.noObjective({ strategy: strategy.id });
  const { gradient } = objective;
  if (strategy.needs.gradient === true && gradient === undefined) {
    throw fusionErrors.noGradient({ strategy: strategy.id, space });
  }
  const groups = groupModules(strategy, options, modules, weights.length);
  const counted = counter(request);
  const watched: SearchObjective = {
    adapterCount: weights.length,
    groupCount: groups.count,
    examples: objective.examples,
    evaluate: (coefficients) => counted(() => objective.evaluate(coefficients)),
    ...(gradient && { gradient: (coefficients, step) => counted(() => gradient.call(objective, coefficients, step)) }),
  };
  let outcome: SearchOutcome;
  try {
    outcome = await strategy.search({ options, weights }, watched, context);
  } catch (error) {
    signal.throwIfAborted();
    throw strategyFailed(strategy, 'search', error);
  }
  const { coefficients } = outcome;
  const expected = groups.count * weights.length;
  if (coefficients?.length === expected && coefficients.every(Number.isFinite)) return { ...outcome, groups };
  const problem = `expected ${expected} finite coefficients, got [${coefficients?.join(', ') ?? ''}]`;
  throw pluginErrors.invalidOutput({ strategy: strategy.id, problem });
}

/** Each look at the objective is long: it is a step of the progress, and the place where an abort is heard. */
function counter({
  strategy,
  options,
  context: { signal },
  onProgress,
}: SearchRequest): <T>(look: () => Promise<T>) => Promise<T> {
  const total = strategy.evaluations?.(options) ?? 0;
  let done = 0;
  return async (look) => {
    signal.throwIfAborted();
    const value = await look();
    done += 1;
    onProgress(done, Math.max(done, total));
    return value;
  };
}
