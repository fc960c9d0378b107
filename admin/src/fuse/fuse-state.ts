import type { FusionSpace, Split } from '../graphql/generated/graphql';
import type { Fusible } from './adapter-fit';
import { emptyStrategy, type StrategyState } from './option-state';
import type { SweepTexts } from './sweep-values';

export interface ChosenAdapter extends Fusible {
  readonly name: string;
}

/** An adapter in the form, with its weight as typed; empty: 1. */
export interface MemberState {
  readonly adapter: ChosenAdapter;
  readonly weight: string;
}

/** All that was entered. Empty texts leave the choice to the API. */
export interface FuseState {
  readonly name: string;
  readonly members: readonly MemberState[];
  readonly strategy: StrategyState;
  readonly space: FusionSpace | '';
  readonly outputRank: string;
  readonly seed: string;
  readonly evaluationSplit: Split;
  /** Tasks to score on: the adapters' own, or those of the list. */
  readonly evaluateOn: 'own' | readonly string[];
  /** Values to try, by option; null where one fusion is asked for. */
  readonly sweep: SweepTexts | null;
}

export const emptyFusion = (strategy: string): FuseState => ({
  name: '',
  members: [],
  strategy: emptyStrategy(strategy),
  space: '',
  outputRank: '',
  seed: '',
  evaluationSplit: 'TEST',
  evaluateOn: 'own',
  sweep: null,
});

/** What a fusion form can be asked to change. */
export type FuseAction =
  | { readonly type: 'set'; readonly values: Partial<Omit<FuseState, 'members' | 'strategy'>> }
  | { readonly type: 'toggle'; readonly adapter: ChosenAdapter }
  | { readonly type: 'weigh'; readonly id: string; readonly weight: string }
  | { readonly type: 'move'; readonly id: string; readonly by: -1 | 1 }
  | { readonly type: 'strategy'; readonly strategy: StrategyState };

export function reduceFusion(state: FuseState, action: FuseAction): FuseState {
  switch (action.type) {
    case 'set':
      return { ...state, ...action.values };
    case 'toggle':
      return { ...state, members: toggle(state.members, action.adapter) };
    case 'weigh':
      return {
        ...state,
        members: state.members.map((member) =>
          member.adapter.id === action.id ? { ...member, weight: action.weight } : member,
        ),
      };
    case 'move':
      return { ...state, members: move(state.members, action.id, action.by) };
    case 'strategy':
      return {
        ...state,
        strategy: action.strategy,
        // Another strategy has other options.
        sweep: state.sweep && action.strategy.key !== state.strategy.key ? {} : state.sweep,
      };
  }
}

function toggle(members: readonly MemberState[], adapter: ChosenAdapter): readonly MemberState[] {
  const others = members.filter((member) => member.adapter.id !== adapter.id);
  return others.length < members.length ? others : [...members, { adapter, weight: '' }];
}

function move(members: readonly MemberState[], id: string, by: -1 | 1): readonly MemberState[] {
  const from = members.findIndex((member) => member.adapter.id === id);
  const to = from + by;
  const moved = [...members];
  const [member] = moved.splice(from, 1);
  if (from < 0 || !member || to < 0 || to >= members.length) return members;
  moved.splice(to, 0, member);
  return moved;
}
