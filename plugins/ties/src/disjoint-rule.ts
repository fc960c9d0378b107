import type { DisjointRule } from '@crucible/engine/kernels';
import type { TiesState } from './global-state.js';
import type { TiesOptions } from './options.js';
import { resolveOptions } from './presets.js';

/** The options as the kernel's rule; the survey's majority decides what cancelled votes give. */
export function disjointRule(options: TiesOptions, state: TiesState): DisjointRule {
  const { signRule, weighting, zeroSign, merge, divisor } = resolveOptions(options);
  const majority = Math.sign(state.signSum ?? 0) as -1 | 0 | 1;
  const fallback = zeroSign === 'MAJORITY_OR_ZERO' ? 0 : 1;
  return {
    vote: signRule,
    weightedVote: weighting === 'BEFORE_ELECTION',
    zeroSign: zeroSign === 'PLUS' ? 1 : majority || fallback,
    merge,
    divisor,
    lambda: options.lambda,
  };
}
