import type { RunFacts } from '../../contract/strategy.js';
import type { OptionIssue } from '../../options/option-issue.js';
import type { MergeOf } from './segments.js';

/** Whole weights can be merged only where the base's are at hand: a strategy's `check` of the option `of`. */
export function checkMergeOf({ of }: { readonly of: MergeOf }, { baseWeights }: RunFacts): readonly OptionIssue[] {
  if (of !== 'WEIGHTS' || baseWeights) return [];
  const message = 'WEIGHTS needs the weights of the base, which only fusions of full models have; choose TASK_VECTORS';
  return [{ path: ['of'], message }];
}
