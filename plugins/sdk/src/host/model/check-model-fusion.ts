import type { ModuleStrategy } from '../../contract/strategy.js';
import type { ResolvedStrategy } from '../wrapper/resolve-strategy.js';
import { modelErrors } from './model-errors.js';
import { modelLimits } from './model-limits.js';
import type { ModelFusionRequest } from './model-run.js';

/** Why a strategy cannot fuse so many whole models, a sentence each: such are fused by rules that merge dense task vectors or combine them. */
export function modelFusionProblems(
  strategy: ResolvedStrategy,
  { models, blockElements }: Pick<ModelFusionRequest, 'blockElements'> & { readonly models: readonly Weighted[] },
): readonly string[] {
  const { needs } = strategy;
  const problems: string[] = [];
  const require = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  require(strategy.kind === 'MODULE', 'It searches coefficients, which is done with adapters only.');
  require(strategy.spaces.includes('DELTA'), 'It does not work on dense task vectors (DELTA space).');
  require(strategy.outputs !== 'PER_ADAPTER', 'It has an output for each model, which is written for adapters only.');
  require(needs.statistics ===
    undefined, `It needs statistics (${needs.statistics}), which there are of adapters only.`);
  require(models.length >= needs.minAdapters, `It needs ${needs.minAdapters} models or more, got ${models.length}.`);
  const most = needs.maxAdapters ?? Infinity;
  require(models.length <= most, `It takes ${most} models at most, got ${models.length}.`);
  require(models.length > 0, 'There are no models to fuse.');
  const bad = models.findIndex(({ weight }) => !Number.isFinite(weight));
  require(bad < 0, `The weight of model ${bad} is ${models[bad]?.weight}, expected a finite number.`);
  require(blockElements === undefined ||
    strategy.elementwise ===
      true, 'It does not treat every entry alike, so that tensors cannot be cut into blocks (blockElements).');
  return problems;
}

interface Weighted {
  readonly weight: number;
}

/**
 * What can be known before a tensor is read.
 *
 * @throws MODEL_FUSION_INCOMPATIBLE, MODEL_FUSION_LIMIT_EXCEEDED
 */
export function checkModelFusion(strategy: ResolvedStrategy, request: ModelFusionRequest): ModuleStrategy {
  const { workers = 1, blockElements } = request;
  const problems = modelFusionProblems(strategy, request);
  if (problems.length > 0) throw modelErrors.incompatible({ strategy: strategy.id, problems });
  const limit = (what: string, got: number, most: number): void => {
    if (!(Number.isSafeInteger(got) && got >= 1 && got <= most))
      throw modelErrors.limitExceeded({ what, got, limit: most });
  };
  limit('workers', workers, modelLimits.workers);
  if (blockElements !== undefined) limit('blockElements', blockElements, Number.MAX_SAFE_INTEGER);
  return strategy as ModuleStrategy;
}
