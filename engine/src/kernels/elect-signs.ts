import { BLOCK, BlockGatherer } from './gather-block.js';
import { MAGNITUDE_MASK } from './magnitude-bits.js';
import type { DisjointMember, DisjointRule } from './disjoint-rule.js';

/**
 * Adds one member's votes to the block's ballots. Sums are float64: a sum of eight float32 numbers is then exact unless their magnitudes
 * lie 2²⁶ apart, so that an exact cancellation is seen as one.
 */
export function castVotes(
  { kept, keptBits }: Pick<BlockGatherer, 'kept' | 'keptBits'>,
  m: number,
  weight: number,
  rule: Pick<DisjointRule, 'vote' | 'weightedVote'>,
  ballots: Float64Array,
  length: number,
): void {
  const factor = rule.weightedVote ? weight : 1;
  if (rule.vote === 'MASS') {
    const entries = kept[m]!;
    for (let i = 0; i < length; i += 1) ballots[i]! += factor * entries[i]!;
    return;
  }
  const turn = Math.sign(factor);
  const bits = keptBits[m]!;
  for (let i = 0; i < length; i += 1) {
    const entry = bits[i]!;
    const nonZero = -(entry & MAGNITUDE_MASK) >>> 31;
    ballots[i]! += turn * nonZero * (1 | (entry >> 31));
  }
}

/** Σ of the elected signs over all elements, cancelled ones counting 0: its sign is the majority sign of the original TIES code. */
export function sumElectedSigns(
  values: readonly Float32Array[],
  members: readonly DisjointMember[],
  rule: Pick<DisjointRule, 'vote' | 'weightedVote'>,
): number {
  const length = values[0]?.length ?? 0;
  const gatherer = new BlockGatherer(values, members);
  const ballots = new Float64Array(BLOCK);
  let total = 0;
  for (let start = 0; start < length; start += BLOCK) {
    const size = Math.min(BLOCK, length - start);
    gatherer.gather(start, start + size);
    ballots.fill(0);
    members.forEach(({ weight }, m) => castVotes(gatherer, m, weight, rule, ballots, size));
    for (let i = 0; i < size; i += 1) total += Math.sign(ballots[i]!);
  }
  return total;
}
