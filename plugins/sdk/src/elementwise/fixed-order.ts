import type { ModuleMember } from '../contract/strategy.js';

/**
 * Members in the order of their adapters' digests. Sums in float64 depend on their order in the last bit, and a choice among equals depends on it
 * altogether; taken in this order neither depends on the run's.
 */
export function inFixedOrder<Member extends Pick<ModuleMember, 'position' | 'digest' | 'weight'>>({
  members,
}: {
  readonly members: readonly Member[];
}): readonly Member[] {
  return members.toSorted((x, y) => compareText(x.digest, y.digest) || x.weight - y.weight || x.position - y.position);
}

const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
