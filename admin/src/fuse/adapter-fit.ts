/** What decides whether an adapter can be fused with others. */
export interface Fusible {
  readonly id: string;
  readonly method: string;
  readonly rank: number;
  readonly base: { readonly id: string; readonly name: string };
  readonly frame: { readonly id: string } | null;
}

/** What a strategy demands of adapters, as the API says (`StrategyNeeds`). */
export interface AdapterNeeds {
  readonly minAdapters: number;
  readonly maxAdapters: number | null;
  readonly equalRank: boolean;
  readonly sharedFrame: boolean;
}

/** Why an adapter cannot join, as a key of `crucible.fuse.unfit` and what its message names. */
export interface Unfit {
  readonly key: 'base' | 'moved' | 'frame' | 'rank' | 'full';
  readonly values?: Readonly<Record<string, string | number>>;
}

/**
 * Why an adapter cannot join those chosen; undefined where it can, or where only the plan can tell: adapters that name no frame may have it all the same.
 */
export function unfitReason(
  adapter: Fusible,
  chosen: readonly Fusible[],
  needs: AdapterNeeds | undefined,
): Unfit | undefined {
  const [first] = chosen;
  if (!first) return undefined;
  if (first.base.id !== adapter.base.id) return { key: 'base', values: { base: first.base.name } };
  if (needs?.sharedFrame && adapter.frame) {
    if (first.frame && first.frame.id !== adapter.frame.id) return { key: 'frame' };
    // Plain LoRA starts from a frame and trains A too.
    if (adapter.method === 'LORA') return { key: 'moved' };
  }
  if (needs?.equalRank && first.rank !== adapter.rank) return { key: 'rank', values: { rank: first.rank } };
  const most = needs?.maxAdapters ?? Number.POSITIVE_INFINITY;
  return chosen.length >= most ? { key: 'full', values: { count: most } } : undefined;
}
