import type { FusionSpace } from '../../contract/fusion-space.js';
import type { FusionCheck } from './check-fusion.js';
import { resolveForCheck } from '../wrapper/resolve-strategy.js';
import { frameProblem } from './frame-problem.js';

/**
 * The space that a run takes place in: the one asked for, or the first of the strategy's that these adapters can be fused in. Where none
 * can, the strategy's default, so that the check says what that lacks.
 */
export function resolveSpace(
  check: Pick<FusionCheck, 'strategy' | 'members' | 'space' | 'adapterMethods'> &
    Partial<Pick<FusionCheck, 'options' | 'strategies'>>,
): FusionSpace {
  const { members, space, adapterMethods } = check;
  if (space !== undefined) return space;
  const strategy = resolveForCheck(check.strategy, check.options, check.strategies);
  const possible = strategy.spaces.find((candidate) => {
    if (candidate === 'FRAME') return frameProblem(members, adapterMethods, true) === undefined;
    if (candidate === 'FACTOR') return new Set(members.map(({ manifest }) => manifest.rank)).size <= 1;
    return true;
  });
  return possible ?? strategy.spaces[0];
}
