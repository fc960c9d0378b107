import { DISJOINT_BLOCK, DisjointBlocks, isBlockRule } from './disjoint-blocks.js';
import type { DisjointMember, DisjointRule } from './disjoint-rule.js';
import { castVotes } from './elect-signs.js';
import { BLOCK, BlockGatherer } from './gather-block.js';
import { padded } from './wasm/float-kernels.js';

/**
 * Trim, elect, merge, in one walk: each element takes the sign that its votes elect, and the weighted entries that agree with it are averaged,
 * summed, or the largest is taken (TIES-Merging, arXiv 2306.01708, section 3). An entry that is 0 agrees with no sign. Votes and sums are
 * float64, rounded to float32 once; the result depends on the order of the members by that rounding alone.
 *
 * @throws KERNELS_NOT_FINITE when an entry is NaN or infinite.
 */
export function mergeDisjointInto(
  values: readonly Float32Array[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
  output: Float32Array,
): void {
  if (output.length >= SIMD_LENGTH && isBlockRule(rule)) mergeByBlocks(values, members, rule, output);
  else mergePlainly(values, members, rule, output);
}

/** Below this length the setting up of memory costs more than SIMD saves. */
const SIMD_LENGTH = 65_536;

function mergeByBlocks(
  values: readonly Float32Array[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
  output: Float32Array,
): void {
  const blocks = new DisjointBlocks(members, rule);
  const { buffer, encodeF32 } = blocks.kernels;
  const entries = new Float32Array(buffer, blocks.entries, DISJOINT_BLOCK);
  for (let start = 0; start < output.length; start += DISJOINT_BLOCK) {
    const count = Math.min(DISJOINT_BLOCK, output.length - start);
    values.forEach((source, m) => {
      entries.set(source.subarray(start, start + count));
      entries.fill(0, count);
      blocks.take(m, count);
    });
    blocks.merge(count);
    encodeF32(blocks.entries, blocks.sums, blocks.sums + 8 * padded(count));
    output.set(entries.subarray(0, count), start);
  }
}

/** The same by plain loops: for short tensors, for rules that the kernels do not know, and the reference of the other. */
export function mergePlainly(
  values: readonly Float32Array[],
  members: readonly DisjointMember[],
  rule: DisjointRule,
  output: Float32Array,
): void {
  const gatherer = new BlockGatherer(values, members);
  const ballots = new Float64Array(BLOCK);
  const totals: BlockTotals = {
    signBits: new Int32Array(BLOCK),
    sums: new Float64Array(BLOCK),
    divisors: new Float64Array(BLOCK),
  };
  for (let start = 0; start < output.length; start += BLOCK) {
    const size = Math.min(BLOCK, output.length - start);
    gatherer.gather(start, start + size);
    ballots.fill(0);
    members.forEach(({ weight }, m) => castVotes(gatherer, m, weight, rule, ballots, size));
    electBlock(ballots, rule, totals, size);
    members.forEach((member, m) => addAgreeing(gatherer, m, member.weight, rule, totals, size));
    finishBlock(totals, rule, output, start, size);
  }
}

interface BlockTotals {
  /** The sign bit of the elected sign: 0 for +1; set for -1, and for 0, where the original's test `sign > 0` selects the negative entries too. */
  readonly signBits: Int32Array;
  readonly sums: Float64Array;
  readonly divisors: Float64Array;
}

function electBlock(ballots: Float64Array, rule: DisjointRule, totals: BlockTotals, size: number): void {
  const { signBits, sums, divisors } = totals;
  const positiveAtZero = rule.zeroSign > 0;
  for (let i = 0; i < size; i += 1) {
    const votes = ballots[i]!;
    signBits[i] = votes > 0 || (positiveAtZero && votes === 0) ? 0 : SIGN_BIT;
    sums[i] = 0;
    divisors[i] = 0;
  }
  if (rule.merge !== 'MAX' || rule.zeroSign !== 0) return;
  // MAX multiplies by the sign, so a sign of 0 gives 0: an infinite divisor says so.
  for (let i = 0; i < size; i += 1) if (ballots[i] === 0) divisors[i] = Infinity;
}

const SIGN_BIT = 1 << 31;

/** Adds the entries that agree with the elected sign. A weighted vote is compared after weighting: a negative weight turns the entry over. */
function addAgreeing(
  { kept, keptBits }: BlockGatherer,
  m: number,
  weight: number,
  rule: DisjointRule,
  { signBits, sums, divisors }: BlockTotals,
  size: number,
): void {
  if (rule.weightedVote && weight === 0) return;
  const turned = rule.weightedVote && weight < 0 ? SIGN_BIT : 0;
  // SUM is MEAN with a divisor that stays 0, which is read as 1 at the end.
  const share = rule.merge !== 'MEAN' ? 0 : rule.divisor === 'COUNT' ? 1 : weight;
  const bits = keptBits[m]!;
  const entries = kept[m]!;
  const takesMax = rule.merge === 'MAX';
  for (let i = 0; i < size; i += 1) {
    const aligned = bits[i]! ^ turned ^ signBits[i]!;
    // 1 where the aligned entry is positive: neither negative nor either zero.
    const agrees = (-aligned & ~aligned) >>> 31;
    const value = weight * agrees * entries[i]!;
    divisors[i]! += share * agrees;
    if (!takesMax) sums[i]! += value;
    else if (Math.abs(value) > Math.abs(sums[i]!)) sums[i] = value;
  }
}

function finishBlock(
  { sums, divisors }: BlockTotals,
  rule: DisjointRule,
  output: Float32Array,
  start: number,
  size: number,
): void {
  const { lambda } = rule;
  for (let i = 0; i < size; i += 1) output[start + i] = (lambda * sums[i]!) / (divisors[i]! || 1);
}
