import type { Strategy } from '../../contract/strategy.js';
import type { StrategyDirectory } from '../../options/check-rule.js';
import type { OptionIssue } from '../../options/option-issue.js';
import { checkOptions } from '../../options/parse-options.js';
import { checkRunOptions } from '../check/check-run-options.js';
import { resolveStrategy } from '../wrapper/resolve-strategy.js';
import { modelFusionProblems } from './check-model-fusion.js';

export interface ModelFusionPlanRequest {
  readonly strategy: Strategy;
  readonly strategies?: StrategyDirectory;
  readonly options: unknown;
  readonly models: readonly { readonly weight: number }[];
}

/** Options with their defaults, or all that stands in the way: options that are wrong, else why the strategy cannot fuse whole models. */
export type PlannedModelFusion =
  | { readonly ok: true; readonly options: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly issues: readonly OptionIssue[]; readonly problems: readonly string[] };

/** Says what `runModelFusion` would refuse before it reads a tensor, and needs no files for that. */
export function planModelFusion(request: ModelFusionPlanRequest): PlannedModelFusion {
  const { strategy, strategies, models } = request;
  const parsed = checkOptions(strategy, request.options, strategies);
  if (!parsed.ok) return { ok: false, issues: parsed.issues, problems: [] };
  const { options } = parsed;
  const issues = checkRunOptions(strategy, options, { adapterCount: models.length, baseWeights: true }, strategies);
  if (issues.length > 0) return { ok: false, issues, problems: [] };
  const problems = modelFusionProblems(resolveStrategy(strategy, options, strategies), { models });
  return problems.length > 0 ? { ok: false, issues: [], problems } : { ok: true, options };
}
